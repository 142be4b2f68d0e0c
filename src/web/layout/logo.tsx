/** A sealed cell of the comb. */
export function Logo() {
  return (
    <svg class="logo" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
      <path class="logo-cell" d="M12 1.5 21 6.75v10.5L12 22.5 3 17.25V6.75z" />
      <path class="logo-seal" d="M12 7.2 16.2 9.6v4.8L12 16.8 7.8 14.4V9.6z" />
    </svg>
  );
}
