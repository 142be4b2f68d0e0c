import { type ComponentChildren } from 'preact';

export interface FactsProps {
  readonly rows: readonly (readonly [name: string, value: ComponentChildren])[];
  /** Beside something else: the names take less room. */
  readonly narrow?: boolean;
}

/** Names and values in two columns. */
export function Facts({ rows, narrow = false }: FactsProps) {
  return (
    <dl class={narrow ? 'facts facts-narrow' : 'facts'}>
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
