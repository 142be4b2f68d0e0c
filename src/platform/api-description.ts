import { Injectable } from '@nestjs/common';

/** An OpenAPI 3.1 document, as far as those who show it need to know. */
export interface OpenApi {
  readonly [field: string]: unknown;
}

/**
 * What the API says of itself. The room that answers the API makes it once it knows all its routes; the rooms that show it ask
 * here, since rooms of one floor do not know each other.
 */
@Injectable()
export class ApiDescription {
  private made: OpenApi | undefined;

  give(document: OpenApi): void {
    this.made = document;
  }

  get document(): OpenApi {
    if (this.made === undefined) throw new Error('the API has not described itself yet');
    return this.made;
  }
}
