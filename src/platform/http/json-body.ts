import { isUtf8 } from 'node:buffer';
import { DomainError } from '../errors.js';

const MAX_DEPTH = 64;

/** The value of a JSON body; an empty one is an empty object. Nesting is bounded before anything walks the value. */
export function parseJsonBody(body: Buffer): unknown {
  if (!isUtf8(body)) throw malformed('not valid UTF-8');
  const text = body.toString('utf8');
  if (text.trim() === '') return {};
  if (depthOf(text) > MAX_DEPTH) throw malformed(`nested deeper than ${MAX_DEPTH} levels`);
  try {
    return JSON.parse(text);
  } catch {
    throw malformed('not valid JSON');
  }
}

const malformed = (why: string) => new DomainError('invalid', 'bad_json', `bad request body: ${why}`);

/** The deepest nesting of brackets outside strings. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let i = 0; i < text.length; i += 1) {
    const char = text[i];
    if (inString) {
      if (char === '\\') i += 1;
      else if (char === '"') inString = false;
    } else if (char === '"') inString = true;
    else if (char === '[' || char === '{') deepest = Math.max(deepest, (depth += 1));
    else if (char === ']' || char === '}') depth -= 1;
  }
  return deepest;
}
