import { Choices, Field, Select } from '../components/form.js';
import { type FormState } from '../http/forms.js';
import { EXPIRIES } from './key-form.js';
import { type KeyRing } from './key-ring.js';

/** What a new key may do, explained where it is chosen. */
export function NewKeyFields({ ring, form }: { ring: KeyRing; form: FormState }) {
  const own = ring.organization === undefined;
  return (
    <>
      <Field
        form={form}
        name="name"
        label="Name"
        required
        maxLength={100}
        autocomplete="off"
        hint="Where it will live: “CI of honey”, “laptop”."
      />
      <Choices
        form={form}
        name="may"
        label="What may it do?"
        type="checkbox"
        chosen={['fetch']}
        options={[
          {
            value: 'fetch',
            label: 'Fetch packages',
            hint: 'For mix deps.get and rebar3 get-deps. All that most machines need.',
          },
          {
            value: 'write',
            label: 'Publish and manage',
            hint: 'Publish, retire and revert releases; manage what the owner may manage.',
          },
          { value: 'read', label: 'Read the API', hint: 'List packages, releases and members; change nothing.' },
          ...(own
            ? [
                {
                  value: 'everything',
                  label: 'The whole API',
                  hint: 'All that you may do through the API, keys included. Rarely needed.',
                },
              ]
            : []),
        ]}
      />
      {own && (
        <Select
          form={form}
          name="from"
          label="Fetch from"
          hint="“All” includes organizations you join later. One is safer."
          options={[
            { value: '', label: 'all my organizations' },
            ...ring.sources.map((name) => ({ value: name, label: name })),
          ]}
          value={ring.sources[0] ?? ''}
        />
      )}
      <div class="for-publishing">
        <Field
          form={form}
          name="packages"
          label="Publish only these packages"
          mono
          autocomplete="off"
          placeholder={own ? `${ring.sources[0] ?? 'acme'}/honey` : 'honey, wax'}
          hint="Leave it empty to allow all. Separated by commas; used only when “Publish and manage” is ticked."
        />
      </div>
      <Select
        form={form}
        name="expires"
        label="Expires"
        options={[...EXPIRIES]}
        value="90"
        hint="A key that nobody remembers should not work for ever."
      />
      <div class="for-a-day">
        <Field
          form={form}
          name="date"
          label="Day"
          type="date"
          hint="Only for “on a day of your choice”; until the end of that day, UTC."
        />
      </div>
    </>
  );
}
