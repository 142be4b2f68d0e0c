import { applyDecorators, Controller, UseGuards, UseInterceptors } from '@nestjs/common';
import { AnswerInterceptor } from './answer.interceptor.js';
import { VisitorGuard } from './visitor.guard.js';

/**
 * A controller of pages for people. Handlers take `@Visiting()`, ask `signedIn` or `sudo` where that is needed, ask `access`
 * once, and return `html(…)`, `seeOther(…)` or `download(…)`. Their errors are shown as pages.
 */
export const Pages = (...path: string[]): ClassDecorator =>
  applyDecorators(
    Controller(path.length === 0 ? '' : path),
    UseGuards(VisitorGuard),
    UseInterceptors(AnswerInterceptor),
  );
