import { Injectable } from '@nestjs/common';
import { type Actor, originOf } from '../../audit/actor.js';
import { Clock } from '../../platform/clock.js';
import { type Tx } from '../../platform/database.js';
import { type Letter } from '../../platform/mail/letter.js';
import { Mails } from '../../platform/mail/mails.js';
import { paths } from '../../platform/paths.js';
import { Urls } from '../../platform/urls.js';
import { type About, type Circumstances } from './accounts.emails.js';
import { Email } from '../email.entity.js';
import { User } from '../user.entity.js';

type Template = (about: About, from: Circumstances) => Letter;

/** Mails to people about their own account: to the primary address, and only once it is known to be theirs. */
@Injectable()
export class Notices {
  constructor(
    private readonly mails: Mails,
    private readonly urls: Urls,
    private readonly clock: Clock,
  ) {}

  /** `cause` must name the one thing that has happened, e.g. `totp on 12 at 2026-…`. */
  async tell(tx: Tx, actor: Actor, user: Pick<User, 'id' | 'name'>, cause: string, template: Template): Promise<void> {
    const primary = await tx.findOneBy(Email, { userId: user.id, isPrimary: true });
    if (primary?.verifiedAt) await this.write(tx, actor, user.name, primary.address, cause, template);
  }

  /** The same to an address that is not, or no longer, the primary one. */
  async write(tx: Tx, actor: Actor, name: string, to: string, cause: string, template: Template): Promise<void> {
    const about = { name, securityUrl: this.page(paths.security), resetUrl: this.page(paths.forgotPassword) };
    const letter = template(about, { origin: originOf(actor), at: this.clock.now() });
    await this.mails.send(tx, { to, cause: `${cause} (${name})`, letter });
  }

  page(path: string): string {
    return this.urls.page(path);
  }

  /** For causes of what may happen again. */
  moment(): string {
    return this.clock.now().toISOString();
  }
}
