import { randomBytes } from 'node:crypto';
import { ask } from '../../test/support/http.js';
import { tarball } from '../../test/support/tarballs.js';

const EVERY_MS = 1000;
const FILES = 100;

export interface PublishTimes {
  readonly statuses: readonly number[];
  /** Milliseconds from the first byte to the answer. */
  readonly times: readonly number[];
}

/**
 * A publish each second, by the clock, until it is told to stop: new versions of packages that are there, of some three hundred kB
 * with a hundred files, a readme and dependencies. The tarballs are made before.
 */
export class SteadyPublisher {
  private readonly ready: Buffer[] = [];
  private readonly statuses: number[] = [];
  private readonly times: number[] = [];
  private made = 0;

  constructor(
    private readonly url: string,
    private readonly key: string,
    private readonly packageName: (number: number) => string,
  ) {}

  async prepare(seconds: number): Promise<void> {
    while (this.ready.length < seconds) this.ready.push(await this.make());
  }

  /** Answers with what stops it, which waits for the last answer. */
  start(): () => Promise<void> {
    const running: Promise<void>[] = [];
    const timer = setInterval(() => running.push(this.once()), EVERY_MS);
    running.push(this.once());
    return async () => {
      clearInterval(timer);
      await Promise.all(running);
    };
  }

  get results(): PublishTimes {
    return { statuses: this.statuses, times: this.times };
  }

  private async once(): Promise<void> {
    const bytes = this.ready.shift() ?? (await this.make());
    const begun = performance.now();
    const { status } = await ask(this.url, { method: 'POST', key: this.key, bytes });
    this.times.push(performance.now() - begun);
    this.statuses.push(status);
  }

  private make(): Promise<Buffer> {
    this.made += 1;
    const requirements = ['jason', 'telemetry', 'plug', 'ecto', 'phoenix'].map((name) => ({
      ...{ name, requirement: '~> 1.0' },
    }));
    const files = Object.fromEntries(
      Array.from({ length: FILES }, (_, number) => [`lib/module_${number}.ex`, sourceText(12_000)]),
    );
    const all = { 'mix.exs': '# mix', 'README.md': `# A package\n\n${sourceText(20_000)}`, ...files };
    return tarball({ name: this.packageName(this.made), version: `2.0.${this.made}`, requirements, files: all });
  }
}

/** Compresses about as well as source code does: to less than half. */
function sourceText(length: number): string {
  const words = randomBytes(length / 4).toString('hex');
  return `${words}\n`.padEnd(length, '  def call(conn, _options), do: conn\n');
}
