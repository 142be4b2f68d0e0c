import { paths } from '../../platform/paths.js';
import { Badge } from '../components/badge.js';
import { Card } from '../components/card.js';
import { Choices, Field, Form, PostButton, Submit } from '../components/form.js';
import { type FormState } from '../http/forms.js';
import { type Visitor } from '../http/visitor.js';
import { packagePage } from './package-frame.js';
import { type PackageSight } from './package-sights.js';

const LEVELS = [
  { value: 'maintainer', label: 'Maintainer', hint: 'Publishes, retires and reverts.' },
  { value: 'full', label: 'Full owner', hint: 'The same, and decides who owns the package.' },
] as const;

/** Who answers for a public package; full owners change it here. */
export function ownersPage(visitor: Visitor, sight: PackageSight, form: FormState): string {
  const { pkg, owners, may } = sight;
  return packagePage(visitor, {
    ...{ sight, tab: 'owners' },
    children: (
      <>
        <Card title="Owners" lead="They publish the package and answer for it." flush>
          <ul class="list">
            {owners.map(({ userId, name, level }) => (
              <li key={userId}>
                <div class="list-main">
                  <p>
                    {userId === null ? name : <a href={paths.user(name)}>{name}</a>}{' '}
                    {userId === null && <Badge>organization</Badge>}{' '}
                    <Badge tone={level === 'full' ? 'accent' : 'plain'}>
                      {level === 'full' ? 'full owner' : 'maintainer'}
                    </Badge>
                  </p>
                </div>
                {may.manageOwners && userId !== null && (
                  <div class="row">
                    <PostButton
                      action={paths.packageOwners(pkg.name)}
                      fields={{ username: name, level: level === 'full' ? 'maintainer' : 'full' }}
                      tone="plain"
                      small
                      label={`${level === 'full' ? 'Make maintainer' : 'Make full owner'}: ${name}`}
                    >
                      {level === 'full' ? 'Make maintainer' : 'Make full owner'}
                    </PostButton>
                    <PostButton
                      action={paths.packageOwners(pkg.name, 'remove')}
                      fields={{ username: name }}
                      tone="plain"
                      small
                      label={`Remove ${name}`}
                    >
                      Remove
                    </PostButton>
                  </div>
                )}
              </li>
            ))}
          </ul>
        </Card>
        {may.manageOwners && (
          <Card title="Add an owner">
            <Form action={paths.packageOwners(pkg.name)} form={form}>
              <Field
                {...{ form, name: 'username', label: 'User name', mono: true, required: true, autocomplete: 'off' }}
              />
              <Choices
                {...{ form, name: 'level', label: 'Level', type: 'radio', options: LEVELS, chosen: ['maintainer'] }}
              />
              <Submit>Add</Submit>
            </Form>
          </Card>
        )}
      </>
    ),
  });
}
