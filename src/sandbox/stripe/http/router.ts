/** The names that a pattern's segments take from a path, or undefined when it does not fit. */
export function match(pattern: string, path: string): Record<string, string> | undefined {
  const wanted = pattern.split('/');
  const given = path.split('/');
  const open = wanted.at(-1) === '*';
  if (open ? given.length < wanted.length : given.length !== wanted.length) return undefined;
  const params: Record<string, string> = open ? { rest: given.slice(wanted.length - 1).join('/') } : {};
  const fits = wanted.every((segment, index) => {
    if (open && index === wanted.length - 1) return true;
    if (!segment.startsWith(':')) return segment === given[index];
    params[segment.slice(1)] = decode(given[index]!);
    return given[index] !== '';
  });
  return fits ? params : undefined;
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
