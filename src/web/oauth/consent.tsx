import { z } from 'zod';
import { isWriting, type Permission, toScope } from '../../accounts/permissions.js';
import { invalidFields } from '../../platform/errors.js';
import { paths } from '../../platform/paths.js';
import { Choices } from '../components/form.js';
import { Notice } from '../components/notice.js';
import { type FormState } from '../http/forms.js';
import { scopeWords } from './scope-words.js';

/** The boxes that were ticked. */
export const ChosenScopes = z
  .union([z.string(), z.array(z.string())])
  .optional()
  .transform((value) => (value === undefined ? [] : [value].flat()));

export interface Asked {
  readonly permissions: readonly Permission[];
  /** Names of the organizations whose packages the person may fetch. */
  readonly organizations: readonly string[];
  /** Has the account what it takes to confirm changes? Without it nothing may be allowed that changes something. */
  readonly mayWrite: boolean;
}

/**
 * Of what was asked for, what was ticked. Throws `invalid` when that is nothing, or more than may be allowed: each change that
 * a program makes takes a code of the person's authenticator app (`accounts/write-proofs`).
 */
export function chosenOf({ permissions, mayWrite }: Asked, ticked: readonly string[]): Permission[] {
  const chosen = permissions.filter((permission) => ticked.includes(toScope(permission)));
  if (chosen.length === 0) throw invalidFields({ scope: 'tick at least one, or deny the request' });
  if (!mayWrite && chosen.some(isWriting))
    throw invalidFields({ scope: 'publishing and managing can be allowed only with an authenticator app' });
  return chosen;
}

/** What is asked for, each to be ticked or not. */
export function ScopeChoices({ asked, form }: { asked: Asked; form: FormState }) {
  const { permissions, organizations, mayWrite } = asked;
  const may = (permission: Permission) => mayWrite || !isWriting(permission);
  return (
    <>
      <Choices
        form={form}
        name="scope"
        label="It asks to be allowed to"
        type="checkbox"
        chosen={permissions.filter(may).map(toScope)}
        options={permissions.map((permission) => ({
          value: toScope(permission),
          ...scopeWords(permission, organizations),
          disabled: !may(permission),
        }))}
      />
      {!permissions.every(may) && (
        <Notice title="Publishing needs an authenticator app">
          <p>
            A program shows a code of it with each change it makes. Your account has none, so this program can be
            allowed to read only. <a href={paths.security}>Set up an authenticator app</a>, then start the login again.
          </p>
        </Notice>
      )}
    </>
  );
}
