/** How many places are taken, and of how many. `seats` null: none are sold yet, so there is no limit. */
export function seatsWords(members: number, seats: number | null): string {
  const people = members === 1 ? '1 member' : `${members} members`;
  if (seats === null) return `${people}. There is no limit while nothing is paid.`;
  const free = seats - members;
  const rest = free <= 0 ? 'none is free' : free === 1 ? 'one is free' : `${free} are free`;
  return `${members} of ${seats} seats in use: ${rest}.`;
}
