import { userInfo } from 'node:os';
import { Command, type HelpContext, InvalidArgumentError } from 'commander';
import type { Actor } from '../../audit/actor.js';
import { type Answer, render } from './answers.js';
import type { Rooms } from './rooms.js';

/** Opens the product, lets `use` work in it, and closes all of it again. */
export type Open = (use: (rooms: Rooms) => Promise<void>) => Promise<void>;

/** Where words come from and go to: the process's own streams, except in tests. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  readonly input: AsyncIterable<Uint8Array | string>;
  /** Whether somebody sees what goes to `err`, and a line can be written over. */
  readonly isInteractive?: boolean;
}

/** What every writing verb is given. */
export interface Because {
  readonly reason: string;
}

/** The person at the command line. The OS user's name is the best there is; a container may not even have that. */
export function operator({ reason }: Because): Actor {
  return { kind: 'operator', name: osUser() ?? 'operator', reason };
}

/**
 * A noun or a verb of the command line. A verb says what it needs, then `answers`: the product is opened only when its
 * arguments are in order, so help and typing errors are told at once, and what a verb answers is printed before anything
 * is closed, so that a secret is not lost by a failing close.
 */
export class AdminCommand extends Command {
  constructor(
    name: string | undefined,
    private readonly open: Open,
    readonly terminal: Terminal,
  ) {
    super(name);
  }

  override createCommand(name?: string): AdminCommand {
    return new AdminCommand(name, this.open, this.terminal);
  }

  /** The library answers a noun without a verb by its whole help as an error; one line is what scripts can show. */
  override help(context?: HelpContext | ((text: string) => string)): never {
    if (typeof context !== 'object' || !context.error) return super.help();
    const words = this.commands.map((command) => command.name()).join(', ');
    return this.error(
      `error: say ${this.parent === null ? 'what' : `what to do with ${this.name()}`}: ${words} (see --help)`,
    );
  }

  /** The audit trail keeps why the operator did it. */
  writes(): this {
    return this.requiredOption('--reason <text>', 'why; kept in the audit trail', notBlank);
  }

  answers<Given extends unknown[]>(work: (rooms: Rooms, ...given: Given) => Promise<Answer>): this {
    return this.action(async (...given: unknown[]) => {
      const json = this.optsWithGlobals<{ json?: boolean }>().json === true;
      await this.open(async (rooms) => {
        const answer = await work(rooms, ...(given as Given));
        this.terminal.out(render(answer, json));
        if (answer.fault !== undefined) throw new Error(answer.fault);
      });
    });
  }
}

export function notBlank(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('It must not be empty.');
  return text.trim();
}

/** `2026-12-31`, which is its first moment in UTC, or a time such as `2026-12-31T18:00:00Z`. */
export function time(text: string): Date {
  const [, day, clock = 'T00:00Z'] =
    /^(\d{4}-\d{2}-\d{2})(T\d{2}:\d{2}(?::\d{2})?(?:Z|[+-]\d{2}:\d{2}))?$/.exec(text) ?? [];
  const at = new Date(`${day}${clock}`);
  // JavaScript takes February 30th for March 2nd.
  const exists = new Date(`${day}T00:00Z`).toJSON()?.startsWith(`${day}T`) === true;
  if (Number.isNaN(at.getTime()) || !exists)
    throw new InvalidArgumentError('Write 2026-12-31 (midnight UTC) or 2026-12-31T18:00:00Z.');
  return at;
}

export function count(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('It must be a number from 1 to 999999.');
  return Number(text);
}

function osUser(): string | undefined {
  try {
    return userInfo().username || undefined;
  } catch {
    return undefined;
  }
}
