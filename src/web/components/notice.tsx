import { type ComponentChildren } from 'preact';

/** Something that must not be overlooked, in the flow of the page. */
export function Notice({
  tone = 'plain',
  title,
  children,
}: {
  tone?: 'plain' | 'good' | 'bad' | 'warn';
  title?: string;
  children?: ComponentChildren;
}) {
  return (
    <div class={`notice notice-${tone}`}>
      {title && <p class="notice-title">{title}</p>}
      {children}
    </div>
  );
}
