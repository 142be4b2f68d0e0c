import { Get, Param } from '@nestjs/common';
import { notFound } from '../../platform/errors.js';
import { ShortUrls } from '../../platform/short-urls.js';
import { type Answer, seeOther } from '../http/answers.js';
import { Pages } from '../http/pages.js';

/** Leads on to where a short address was made for. */
@Pages('l')
export class ShortUrlController {
  constructor(private readonly shortUrls: ShortUrls) {}

  @Get(':code')
  async follow(@Param('code') code: string): Promise<Answer> {
    const url = await this.shortUrls.find(code);
    if (url === null) throw notFound('this short address');
    return seeOther(url);
  }
}
