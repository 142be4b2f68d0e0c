/** Links to the pages before and after; absent where there is none. */
export function Pager({
  newer,
  older,
  what = ['Newer', 'Older'],
}: {
  newer?: string | undefined;
  older?: string | undefined;
  what?: readonly [string, string];
}) {
  if (newer === undefined && older === undefined) return null;
  return (
    <nav class="pager" aria-label="Pages">
      {newer === undefined ? <span /> : <a class="button button-plain" rel="prev" href={newer}>{`← ${what[0]}`}</a>}
      {older === undefined ? <span /> : <a class="button button-plain" rel="next" href={older}>{`${what[1]} →`}</a>}
    </nav>
  );
}
