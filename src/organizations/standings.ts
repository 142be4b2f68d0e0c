import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../platform/clock.js';
import { CONFIG, type Config } from '../platform/config.js';
import { DomainError } from '../platform/errors.js';
import { paths } from '../platform/paths.js';
import { Urls } from '../platform/urls.js';
import { type Organization } from './organization.entity.js';
import { type Standing, standingOf } from './standing.js';
import { refusalMessage, standingMessage } from './standing-messages.js';

/** So long before its end a trial is spoken of. */
const TRIAL_NOTICE_MS = 7 * 24 * 60 * 60 * 1000;

/** What everybody who works with an organization should hear. */
export interface Warning {
  /** Null: nothing. */
  readonly text: string | null;
  /** When this changes by itself; null: never. */
  readonly until: Date | null;
}

/** How organizations stand now, by this server's ladder, and the words for it. */
@Injectable()
export class Standings {
  constructor(
    private readonly clock: Clock,
    private readonly urls: Urls,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  of(organization: Organization): Standing {
    return standingOf(organization, this.config.ladder, this.clock.now());
  }

  /** The standing in one sentence. */
  message(organization: Organization): string {
    const message = standingMessage(organization, this.of(organization), this.billing(organization));
    return `organization ${organization.name}: ${message}`;
  }

  /** What its members' clients print while they go on working. Of a refusal the refusal itself speaks. */
  warning(organization: Organization): Warning {
    const { state, until } = this.of(organization);
    const quietUntil = state === 'trial' ? this.noticeOf(until!) : null;
    if (quietUntil !== null) return { text: null, until: quietUntil };
    const isWarned = state === 'trial' || state === 'past_due' || state === 'publishing_stopped';
    return { text: isWarned ? this.message(organization) : null, until };
  }

  /** For what the standing does not let anybody do. */
  refusal(organization: Organization, standing: Standing): DomainError {
    const message = refusalMessage(organization, standing, this.billing(organization));
    return new DomainError('forbidden', `organization_${standing.state}`, message);
  }

  /** The moment from which the end of a trial is spoken of; null once it has come. */
  private noticeOf(trialEnd: Date): Date | null {
    const from = new Date(trialEnd.getTime() - TRIAL_NOTICE_MS);
    return this.clock.now() < from ? from : null;
  }

  private billing({ name }: Organization): string {
    return this.urls.page(paths.billing(name));
  }
}
