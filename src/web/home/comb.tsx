const RADIUS = 36;
const [STEP, RISE] = [RADIUS * Math.sqrt(3), RADIUS * 1.5];

/** What is in each cell: `o`pen, `f`ull, `s`ealed or none. Odd rows stand half a cell to the right. */
const ROWS = [' ofo', 'offo', ' fsfo', 'off', '  oo'];
const KINDS: Readonly<Record<string, string>> = { o: 'open', f: 'full', s: 'sealed' };

/** A hexagon that stands on its point, as a path. */
function hexagon(x: number, y: number, radius: number): string {
  const corners = [0, 1, 2, 3, 4, 5].map((corner) => {
    const angle = ((corner * 60 - 90) * Math.PI) / 180;
    return `${(x + radius * Math.cos(angle)).toFixed(1)} ${(y + radius * Math.sin(angle)).toFixed(1)}`;
  });
  return `M${corners.join('L')}Z`;
}

/** A piece of comb, one cell of it sealed: for the eye alone. */
export function Comb() {
  return (
    <svg class="comb" viewBox="0 0 300 300" width="300" height="300" aria-hidden="true">
      {ROWS.flatMap((cells, row) =>
        [...cells].map((cell, column) => cell !== ' ' && <Cell {...{ cell, column, row }} />),
      )}
    </svg>
  );
}

function Cell({ cell, column, row }: { cell: string; column: number; row: number }) {
  const [x, y] = [STEP * (column + (row % 2) / 2) + 8, RISE * row + RADIUS + 6];
  return (
    <>
      <path class={`comb-${KINDS[cell]}`} d={hexagon(x, y, RADIUS - 3)} />
      {cell === 's' && <path class="comb-seal" d={hexagon(x, y, RADIUS / 2)} />}
    </>
  );
}
