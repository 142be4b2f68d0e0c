import { Module } from '@nestjs/common';
import { CONFIG } from '../platform/config.js';
import { AuthorizationCodes } from './authorization-codes.js';
import { Credentials } from './credentials.js';
import { DeviceCodes } from './device-codes.js';
import { GivingBack } from './giving-back.js';
import { Grants } from './grants.js';
import { Keys } from './keys.js';
import { LastUse } from './last-use.js';
import { MailSettings } from './mail-settings.js';
import { OAuthClients } from './oauth-clients.js';
import { OAuthJobs } from './oauth/oauth.jobs.js';
import { PasswordLanes, Passwords } from './sign-in/passwords.js';
import { Refreshing } from './refreshing.js';
import { Registrations } from './registrations.js';
import { Sessions } from './sessions.js';
import { loadTokenKeys, TokenKeys } from './token-keys.js';
import { Tokens } from './tokens.js';
import { AccountAccess, AccountClosing } from './account-closing.js';
import { AccountsJobs } from './accounts.jobs.js';
import { AddressProving, EmailAddresses } from './email-addresses.js';
import { EmailProofs } from './mail/email-proofs.js';
import { IdentityProofs } from './identity-proofs.js';
import { KeyNotices } from './mail/key-notices.js';
import { Logins } from './logins.js';
import { MailLimits } from './mail/mail-limits.js';
import { NewAccounts } from './new-accounts.js';
import { Notices } from './mail/notices.js';
import { PasskeyChallenges } from './sign-in/passkey-challenges.js';
import { Passkeys } from './passkeys.js';
import { PasswordChanges, PasswordConsequences } from './password-changes.js';
import { PasswordGuesses } from './sign-in/password-guesses.js';
import { PasswordResets, ResetPasswords } from './password-resets.js';
import { PendingLogins } from './pending-logins.js';
import { ProofLetters, ProofMails } from './mail/proof-mails.js';
import { RecoveryCodes } from './sign-in/recovery-codes.js';
import { ReservedNames } from './reserved-names.js';
import { SecondFactorChanges, SecondFactorWays } from './second-factor-changes.js';
import { SecondFactors } from './second-factors.js';
import { SessionStarts } from './sign-in/session-starts.js';
import { SignOuts } from './sign-outs.js';
import { SignUps } from './sign-ups.js';
import { Totps } from './totps.js';
import { Users } from './users.js';
import { WriteProofs } from './write-proofs.js';

@Module({
  providers: [
    { provide: TokenKeys, inject: [CONFIG], useFactory: loadTokenKeys },
    ...[Users, ReservedNames, Passwords, PasswordLanes, Sessions, Keys, Tokens, Credentials, LastUse, MailSettings],
    ...[Grants, Refreshing, GivingBack, OAuthClients, DeviceCodes, AuthorizationCodes, OAuthJobs],
    ...[Notices, KeyNotices, MailLimits, EmailProofs, ProofMails, ProofLetters, AccountsJobs],
    ...[PasswordGuesses, PasswordChanges, PasswordConsequences, PasswordResets, ResetPasswords, SignOuts],
    ...[Logins, PendingLogins, SessionStarts, SignUps, NewAccounts, Registrations],
    ...[EmailAddresses, AddressProving, IdentityProofs],
    ...[SecondFactors, SecondFactorChanges, SecondFactorWays, Totps, RecoveryCodes, Passkeys, PasskeyChallenges],
    ...[AccountClosing, AccountAccess, WriteProofs],
  ],
  exports: [
    ...[Logins, PendingLogins, SignUps, NewAccounts, PasswordChanges, PasswordResets, EmailAddresses, IdentityProofs],
    ...[SecondFactors, SecondFactorChanges, Totps, Passkeys, AccountClosing, SignOuts, WriteProofs],
    ...[ReservedNames, Registrations],
    Grants,
    Refreshing,
    GivingBack,
    OAuthClients,
    DeviceCodes,
    AuthorizationCodes,
    MailSettings,
    Users,
    Sessions,
    Keys,
    Tokens,
    TokenKeys,
    Credentials,
    LastUse,
  ],
})
export class AccountsModule {}
