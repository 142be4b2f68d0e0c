import { type ProcessRole } from '../config.js';
import { type FrontDoor } from './server.js';

/** What every process answers: whether it lives, and what it does. */
const ALWAYS = /^\/(health|metrics)(\/|\?|$)/;

const ELSEWHERE: Readonly<Partial<Record<ProcessRole, string>>> = {
  delivery: 'this process serves the repository only\n',
  worker: 'this process serves no requests\n',
};

/** Turns away what a process of this role is not for; goes behind the door of the repository. */
export function onlyOf(role: ProcessRole): FrontDoor {
  const words = ELSEWHERE[role];
  if (words === undefined) return () => false;
  return (request, response) => {
    if (ALWAYS.test(request.url ?? '')) return false;
    response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8', 'content-length': words.length }).end(words);
    return true;
  };
}
