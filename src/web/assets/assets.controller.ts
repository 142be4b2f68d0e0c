import { Controller, Get, Param, Res } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import { notFound } from '../../platform/errors.js';
import { assetAt } from './assets.js';

/** Style, scripts and pictures of the site; nothing that anybody has uploaded. */
@Controller('assets')
export class AssetsController {
  @Get(':name')
  asset(@Param('name') name: string, @Res() reply: FastifyReply): void {
    const asset = assetAt(`/assets/${name}`);
    if (asset === undefined) throw notFound('Page');
    void reply.header('cache-control', 'public, max-age=31536000, immutable').type(asset.type).send(asset.bytes);
  }
}
