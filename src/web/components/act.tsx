import { type ComponentChildren } from 'preact';

export interface ActProps {
  /** Its heading (h3): an act is one of several in a card. */
  readonly title: string;
  readonly lead?: ComponentChildren;
  /** A button, or `Consequences`; what unfolds takes the whole width. */
  readonly children: ComponentChildren;
}

/** Something that can be done: what it is, and beside it the button. */
export function Act({ title, lead, children }: ActProps) {
  return (
    <li class="act">
      <div>
        <h3>{title}</h3>
        {lead && <p class="quiet small">{lead}</p>}
      </div>
      <div class="act-control">{children}</div>
    </li>
  );
}
