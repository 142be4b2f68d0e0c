import { join } from 'node:path';
import { Global, Module, type DynamicModule } from '@nestjs/common';
import { ApiDescription } from './api-description.js';
import { ChangeFeed } from './change-feed.js';
import { Clock } from './clock.js';
import { CONFIG, type Config, mailDomain } from './config.js';
import { Events } from './events.js';
import { Jobs } from './jobs.js';
import { type Logger, LOGGER } from './log.js';
import { LocalMailbox } from './mail/local-mailbox.js';
import { MailDelivery } from './mail/mail-delivery.js';
import { Mails } from './mail/mails.js';
import { SmtpTransport } from './mail/smtp-transport.js';
import { MAIL_TRANSPORT, type MailTransport } from './mail/transport.js';
import { Objects } from './objects.js';
import { RateLimits } from './rate-limits.js';
import { Secrets } from './secrets.js';
import { ShortUrls } from './short-urls.js';
import { OBJECT_STORE, type ObjectStore } from './store/object-store.js';
import { TemporaryFiles } from './temporary-files.js';
import { Urls } from './urls.js';

/** What is made before the application: it needs files or the network, or the tests replace it. */
export interface Ground {
  readonly config: Config;
  readonly logger: Logger;
  readonly secrets: Secrets;
  readonly store: ObjectStore;
  readonly clock: Clock;
}

/** The ground floor, for every room. */
@Global()
@Module({})
export class PlatformModule {
  static on(ground: Ground): DynamicModule {
    const given = [
      { provide: CONFIG, useValue: ground.config },
      { provide: LOGGER, useValue: ground.logger },
      { provide: Secrets, useValue: ground.secrets },
      { provide: OBJECT_STORE, useValue: ground.store },
      { provide: Clock, useValue: ground.clock },
      { provide: MAIL_TRANSPORT, useValue: transportOf(ground.config) },
    ];
    const made = [
      ApiDescription,
      ChangeFeed,
      Jobs,
      Events,
      Mails,
      MailDelivery,
      Objects,
      RateLimits,
      ShortUrls,
      TemporaryFiles,
      Urls,
    ];
    return { module: PlatformModule, providers: [...given, ...made], exports: [...given, ...made] };
  }
}

function transportOf({ smtp, mailFrom, publicUrl, dataDir }: Config): MailTransport {
  return smtp === undefined
    ? new LocalMailbox(join(dataDir, 'mailbox'), mailFrom)
    : new SmtpTransport(smtp, mailFrom, mailDomain(publicUrl));
}
