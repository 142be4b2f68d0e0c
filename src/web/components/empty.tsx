import { type ComponentChildren } from 'preact';

/** Where a list would be: why there is none, and what to do about it. */
export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <svg viewBox="0 0 48 44" width="48" height="44" aria-hidden="true">
        <path d="M12 2 22 8v12l-10 6L2 20V8zM36 2l10 6v12l-10 6-10-6V8zM24 23l10 6v9l-10 5-10-5v-9z" />
      </svg>
      <p class="empty-title">{title}</p>
      {children}
    </div>
  );
}
