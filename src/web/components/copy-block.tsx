/** Lines to paste, with a button that takes them along where the browser has scripts. */
export function CopyBlock({ label, text, wrap = false }: { label: string; text: string; wrap?: boolean }) {
  return (
    <figure class="copy-block">
      <figcaption>{label}</figcaption>
      <pre class={wrap ? 'wrap' : undefined} tabIndex={0} aria-label={label}>
        <code>{text}</code>
      </pre>
      <button type="button" class="button button-plain button-small" data-copy hidden aria-label={`Copy: ${label}`}>
        Copy
      </button>
    </figure>
  );
}
