import { Readable } from 'node:stream';
import { type Open } from '../../src/ops/commands/command-line.js';
import { runCommand as run } from '../../src/ops/commands/program.js';
import { roomsOf } from '../../src/ops/commands/rooms.js';
import { type TestApp } from './app.js';

export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A command of the operator's, in the rooms of an app that runs. */
export async function runCommand({ app }: Pick<TestApp, 'app'>, words: string[]): Promise<Outcome> {
  const said = { out: '', err: '' };
  const open: Open = (use) => use(roomsOf(app));
  const terminal = {
    out: (text: string) => void (said.out += text),
    err: (text: string) => void (said.err += text),
    input: Readable.from(['']),
  };
  return { code: await run(words, open, terminal), ...said };
}
