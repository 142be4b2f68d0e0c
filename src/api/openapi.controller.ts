import { Controller, Get, type OnApplicationBootstrap, UseGuards } from '@nestjs/common';
import { z } from 'zod';
import { ApiDescription, type OpenApi } from '../platform/api-description.js';
import { Urls } from '../platform/urls.js';
import { AuthenticationGuard } from './http/authentication.guard.js';
import { apiDocument } from './openapi/document.js';
import { Endpoint, Resource } from './openapi/endpoint.js';
import { Endpoints } from './openapi/endpoints.js';

/** Of the API's description: it grows with the API, and its first number changes when something is taken away. */
const VERSION = '1.0.0';

/** The API's description of itself, for programs (OpenAPI 3.1); the site shows the same to people. */
@Resource('About')
@Controller('api/openapi.json')
@UseGuards(AuthenticationGuard)
export class OpenApiController implements OnApplicationBootstrap {
  constructor(
    private readonly endpoints: Endpoints,
    private readonly description: ApiDescription,
    private readonly urls: Urls,
  ) {}

  /** Once all controllers are there. */
  onApplicationBootstrap(): void {
    this.description.give(apiDocument(this.endpoints.all(), this.urls.site, VERSION) as unknown as OpenApi);
  }

  @Get()
  @Endpoint({ summary: 'This description', needs: 'nothing', answer: z.record(z.string(), z.unknown()) })
  show(): OpenApi {
    return this.description.document;
  }
}
