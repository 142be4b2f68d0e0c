import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { type Observable, tap } from 'rxjs';
import { z } from 'zod';

const Shown = z.object({ device_code: z.string(), user_code: z.string() });
export type ShownCode = z.infer<typeof Shown>;

/** Older ones belong to tests that are over. */
const MOST = 1000;

/**
 * The codes of machines that wait for their login, the newest last. Rows hold only hashes of them, so they are read in the one
 * moment in which they are shown: in the answer to the machine.
 */
@Injectable()
export class ShownCodes implements NestInterceptor {
  readonly all: ShownCode[] = [];

  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(tap((answer) => this.note(answer)));
  }

  private note(answer: unknown): void {
    const { data } = Shown.safeParse(answer);
    if (data === undefined) return;
    this.all.push(data);
    if (this.all.length > MOST) this.all.shift();
  }
}
