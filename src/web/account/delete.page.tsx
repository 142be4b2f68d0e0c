import { type User } from '../../accounts/user.entity.js';
import { type Outlook } from '../../organizations/account-deletion.js';
import { paths } from '../../platform/paths.js';
import { Card } from '../components/card.js';
import { Field, Form, Submit } from '../components/form.js';
import { Notice } from '../components/notice.js';
import { type FormState } from '../http/forms.js';
import { type Visitor } from '../http/visitor.js';
import { accountPage } from '../layout/account-page.js';

export interface DeleteProps {
  readonly user: User;
  readonly outlook: Outlook;
  readonly keys: number;
  readonly form: FormState;
}

export function deletePage(visitor: Visitor, { user, outlook, keys, form }: DeleteProps): string {
  const isBlocked = outlook.blocking.length > 0;
  return accountPage(visitor, {
    ...{ title: 'Delete account', section: paths.deleteAccount },
    lead: 'It happens at once and cannot be undone.',
    children: (
      <>
        {isBlocked && <Blocking outlook={outlook} />}
        <Card title="What happens">
          <ul>
            {outlook.leaving.length > 0 && <li>You leave {namesOf(outlook.leaving)}.</li>}
            {outlook.ending.length > 0 && <li>{namesOf(outlook.ending)}: deleted on the day announced already.</li>}
            <li>
              {keys === 0
                ? 'You have no API keys.'
                : `${keys === 1 ? 'Your API key is' : `Your ${keys} API keys are`} revoked.`}
            </li>
            <li>You are logged out everywhere, and your e-mail addresses and second factors are erased.</li>
            <li>What you have published stays available, with your user name beside it.</li>
            <li>The name {user.name} is never given to anybody else.</li>
            <li>Entries about you in the logs of organizations remain.</li>
          </ul>
        </Card>
        {!isBlocked && (
          <Card title="Delete this account" tone="danger">
            <Form action={paths.deleteAccount} form={form}>
              <Field
                {...{ form, name: 'typed', label: `Type ${user.name} to confirm`, required: true, maxLength: 64 }}
                {...{ mono: true, autocomplete: 'off' }}
              />
              <Submit tone="danger">Delete my account</Submit>
            </Form>
          </Card>
        )}
      </>
    ),
  });
}

function Blocking({ outlook: { blocking } }: { outlook: Outlook }) {
  return (
    <Notice tone="bad" title="Something stands in the way">
      <p>An organization is never without an admin, and you are the last one of:</p>
      <ul>
        {blocking.map(({ name, members }) => (
          <li key={name}>
            <a href={paths.settings(name)}>{name}</a>:{' '}
            {members > 1
              ? 'hand it over to another member, or delete it'
              : 'delete it, or invite somebody to take it over'}
          </li>
        ))}
      </ul>
    </Notice>
  );
}

const namesOf = (list: readonly { readonly name: string }[]): string => list.map(({ name }) => name).join(', ');
