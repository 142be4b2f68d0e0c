import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Actor } from '../audit/actor.js';
import { Audit } from '../audit/audit.js';
import { Clock } from '../platform/clock.js';
import { type FieldErrors, invalidFields } from '../platform/errors.js';
import { isMailAddress } from '../platform/mail/address.js';
import { Organization } from './organization.entity.js';
import { Seats } from './seats.js';

/** What an organization says of itself; empty lines mean that it says nothing. */
export interface Profile {
  readonly displayName: string;
  readonly website: string;
  readonly contactEmail: string;
  readonly about: string;
}

const MOST = { displayName: 100, website: 300, about: 500 } as const;

@Injectable()
export class Profiles {
  constructor(
    private readonly database: DataSource,
    private readonly seats: Seats,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  async change(actor: Actor, { id, name }: Pick<Organization, 'id' | 'name'>, profile: Profile): Promise<void> {
    const problems = problemsOf(profile);
    if (Object.keys(problems).length > 0) throw invalidFields(problems);
    const values = Object.fromEntries(
      Object.entries(profile).map(([key, text]) => [key, (text as string).trim() || null]),
    );
    await this.database.transaction(async (tx) => {
      await this.seats.lockFor(tx, actor, id);
      await tx.update(Organization, { id }, { ...values, updatedAt: this.clock.now() });
      await this.audit.record(
        tx,
        actor,
        'organization.profile',
        { organizationId: id },
        { organization: name, ...values },
      );
    });
  }
}

function problemsOf({ displayName, website, contactEmail, about }: Profile): FieldErrors {
  const problems: FieldErrors = {};
  if (displayName.trim().length > MOST.displayName || /\p{C}/u.test(displayName))
    problems['displayName'] = `must be at most ${MOST.displayName} printable characters`;
  if (website.trim() !== '' && !isWebsite(website.trim()))
    problems['website'] = 'must be an http or https address, such as https://example.com';
  if (contactEmail.trim() !== '' && !isMailAddress(contactEmail.trim()))
    problems['contactEmail'] = 'is not an e-mail address';
  if (about.trim().length > MOST.about) problems['about'] = `must be at most ${MOST.about} characters`;
  return problems;
}

/** It becomes a link, so nothing but http and https, and no name or password in it. */
function isWebsite(text: string): boolean {
  if (text.length > MOST.website || !/^https?:\/\//i.test(text) || !URL.canParse(text)) return false;
  const { username, password, hostname } = new URL(text);
  return username === '' && password === '' && hostname !== '';
}
