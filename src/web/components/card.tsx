import { type ComponentChildren } from 'preact';

export interface CardProps {
  /** Its heading (h2). */
  readonly title?: string | undefined;
  readonly lead?: ComponentChildren;
  /** Beside the heading: a link or a button. */
  readonly aside?: ComponentChildren;
  readonly tone?: 'plain' | 'danger';
  readonly id?: string;
  /** Content that reaches the edges: tables and lists. */
  readonly flush?: boolean;
  readonly children?: ComponentChildren;
}

export function Card({ title, lead, aside, tone = 'plain', id, flush = false, children }: CardProps) {
  return (
    <section class={`card card-${tone}${flush ? ' card-flush' : ''}`} id={id}>
      {(title || aside) && (
        <div class="card-head">
          {title && <h2>{title}</h2>}
          {aside && <div class="card-aside">{aside}</div>}
        </div>
      )}
      {lead && <p class="lead">{lead}</p>}
      {children}
    </section>
  );
}
