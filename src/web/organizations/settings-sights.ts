import { Injectable } from '@nestjs/common';
import { Members } from '../../organizations/members.js';
import { html, type Html } from '../http/answers.js';
import { emptyForm, type FormState } from '../http/forms.js';
import { type Visitor } from '../http/visitor.js';
import { may } from '../layout/organization-page.js';
import { type Sight } from './organization-sights.js';
import { OrganizationsPlace } from './organizations-place.js';
import { type SettingsForm, settingsPage } from './settings.page.js';

/** The settings page, of which every form shows the whole again when it is refused. */
@Injectable()
export class SettingsSights {
  constructor(
    private readonly members: Members,
    private readonly place: OrganizationsPlace,
  ) {}

  /** `form` belongs to the form `of`; the others are as nobody touched them. */
  async show(visitor: Visitor, sight: Sight, of: SettingsForm | null, form: FormState): Promise<Html> {
    const manages = may(sight.role, 'organization.manage');
    const people = manages ? await this.members.people(sight.organization) : [];
    const others = people.filter(({ userId, open }) => open && userId !== sight.user.id).map(({ name }) => name);
    const formOf = (name: SettingsForm) => (name === of ? form : emptyForm);
    const { deletionDays } = this.place;
    const repositoryUrl = this.place.repositoryUrl(sight.organization.name);
    return html(settingsPage(visitor, sight, { others, formOf, deletionDays, repositoryUrl }));
  }
}
