import { Get } from '@nestjs/common';
import { ApiDescription } from '../../platform/api-description.js';
import { type Answer, html } from '../http/answers.js';
import { Pages } from '../http/pages.js';
import { type Visitor, Visiting } from '../http/visitor.js';
import { renderMarkdown } from '../markdown/markdown.js';
import { apiDocsPage } from './api-docs.page.js';

/** What the API says of itself, for people. The same for everybody: it tells nothing about what is on the server. */
@Pages('api-docs')
export class ApiDocsController {
  /** Made of our own text, once. */
  private about: string | undefined;

  constructor(private readonly description: ApiDescription) {}

  @Get()
  show(@Visiting() visitor: Visitor): Answer {
    const { document } = this.description;
    this.about ??= renderMarkdown(document.info.description) ?? '';
    return html(apiDocsPage(visitor, document, this.about));
  }
}
