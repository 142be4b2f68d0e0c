import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { DeviceCodes } from '../../accounts/device-codes.js';
import { Sessions } from '../../accounts/sessions.js';
import { readUserCode } from '../../accounts/user-code.js';
import { Users } from '../../accounts/users.js';
import { type Origin } from '../../audit/actor.js';
import { notFound } from '../../platform/errors.js';

/** What a person does in a browser when a machine asks for a login. */
@Injectable()
export class Approvals {
  constructor(
    private readonly database: DataSource,
    private readonly users: Users,
    private readonly sessions: Sessions,
    private readonly devices: DeviceCodes,
  ) {}

  /** Logs the person in and says yes to all that is asked. Throws `not_found` for nobody, and where no machine waits. */
  async approve(origin: Origin, username: string, typedCode: string): Promise<void> {
    const user = await this.users.named(username);
    const userCode = readUserCode(typedCode);
    const waiting = userCode === null ? null : await this.devices.find(userCode);
    if (userCode === null || waiting === null) throw notFound(`device code ${typedCode}`);
    const { session } = await this.database.transaction((tx) =>
      this.sessions.start(tx, user, origin, 'client test mode'),
    );
    const by = { ...origin, sessionId: session.id };
    const actor = { kind: 'user', userId: user.id, name: user.name, origin: by } as const;
    await this.devices.approve({ actor, user, session }, userCode, waiting.permissions);
  }
}
