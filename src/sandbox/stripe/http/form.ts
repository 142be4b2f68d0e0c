// The bodies and queries of the Stripe API: `items[0][price]=price_1&expand[]=customer`, as nested plain objects.

type Tree = { [key: string]: Tree | string };
export type FormValue = string | FormValue[] | { [key: string]: FormValue };

/** Everything is text; an empty text means: take the value away. */
export function decodeForm(source: URLSearchParams): Record<string, FormValue> {
  const root: Tree = Object.create(null) as Tree;
  for (const [name, value] of source) put(root, segments(name), value);
  return settle(root, true) as Record<string, FormValue>;
}

function segments(name: string): string[] {
  const open = name.indexOf('[');
  if (open < 1) return [name];
  return [name.slice(0, open), ...[...name.slice(open).matchAll(/\[([^[\]]*)\]/g)].map((match) => match[1]!)];
}

function put(tree: Tree, path: string[], value: string): void {
  let node = tree;
  for (const [depth, segment] of path.entries()) {
    const key = segment === '' ? String(Object.keys(node).length) : segment;
    if (depth === path.length - 1) node[key] = value;
    else node = branch(node, key);
  }
}

function branch(node: Tree, key: string): Tree {
  const child = node[key];
  if (typeof child === 'object') return child;
  return (node[key] = Object.create(null) as Tree);
}

function settle(tree: Tree | string, top = false): FormValue {
  if (typeof tree === 'string') return tree;
  const entries = Object.entries(tree).map(([key, value]) => [key, settle(value)] as const);
  const isList = !top && entries.length > 0 && entries.every(([key]) => /^\d+$/.test(key));
  return isList ? entries.map(([, value]) => value) : Object.fromEntries(entries);
}
