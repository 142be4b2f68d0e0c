import { Module } from '@nestjs/common';
import { CONFIG } from '../platform/config.js';
import { Credentials } from './credentials.js';
import { Keys } from './keys.js';
import { LastUse } from './last-use.js';
import { Passwords } from './passwords.js';
import { Sessions } from './sessions.js';
import { loadTokenKey, TOKEN_KEY, Tokens } from './tokens.js';
import { Users } from './users.js';

@Module({
  providers: [
    { provide: TOKEN_KEY, inject: [CONFIG], useFactory: loadTokenKey },
    ...[Users, Passwords, Sessions, Keys, Tokens, Credentials, LastUse],
  ],
  exports: [Users, Sessions, Keys, Tokens, Credentials, LastUse],
})
export class AccountsModule {}
