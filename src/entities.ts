import { AdvisedPackage, Advisory } from './advisories/advisory.entity.js';
import { FeedRefresh } from './advisories/feed-refresh.entity.js';
import { AuthorizationCode } from './accounts/oauth/authorization-code.entity.js';
import { DeviceCode } from './accounts/device-code.entity.js';
import { Grant } from './accounts/grant.entity.js';
import { Key } from './accounts/key.entity.js';
import { OAuthClient } from './accounts/oauth-client.entity.js';
import { EmailProof } from './accounts/mail/email-proof.entity.js';
import { Email } from './accounts/email.entity.js';
import { PasskeyChallenge } from './accounts/sign-in/passkey-challenge.entity.js';
import { Passkey } from './accounts/passkey.entity.js';
import { PendingLogin } from './accounts/sign-in/pending-login.entity.js';
import { RecoveryCode } from './accounts/sign-in/recovery-code.entity.js';
import { ReservedName } from './accounts/reserved-name.entity.js';
import { Session } from './accounts/session.entity.js';
import { Totp } from './accounts/sign-in/totp.entity.js';
import { User } from './accounts/user.entity.js';
import { AuditEntry } from './audit/audit-entry.entity.js';
import { Comparison } from './billing/comparison.entity.js';
import { Customer } from './billing/customer.entity.js';
import { Invoice } from './billing/invoice.entity.js';
import { Notice } from './billing/notice.entity.js';
import { Operation } from './billing/operation.entity.js';
import { StripeEvent } from './billing/stripe-event.entity.js';
import { Subscription } from './billing/subscription.entity.js';
import { FormerName } from './organizations/former-name.entity.js';
import { Invitation } from './organizations/invitation.entity.js';
import { Member } from './organizations/member.entity.js';
import { Organization } from './organizations/organization.entity.js';
import { Repository } from './organizations/repository.entity.js';
import { Download, PackageDownload, PackageDownloadTotal } from './packages/download.entity.js';
import { PackageOwner } from './packages/package-owner.entity.js';
import { Package } from './packages/package.entity.js';
import { Readme } from './packages/readme.entity.js';
import { Release } from './packages/release.entity.js';
import { Requirement } from './packages/requirement.entity.js';
import { Mail } from './platform/mail/mail.entity.js';
import { StoredObject } from './platform/objects.js';
import { ShortUrl } from './platform/short-url.entity.js';
import { Policy } from './policies/policy.entity.js';
import { ListedPackage } from './registry/listed-package.entity.js';
import { ListedTarball } from './registry/listed-tarball.entity.js';
import { RegistryObject } from './registry/registry-object.entity.js';

/** Every table, listed by hand. */
export const entities = [
  ...[AuditEntry, User, Email, Key, Organization, Member, Repository],
  ...[FormerName, Invitation, Policy],
  ...[Advisory, AdvisedPackage, FeedRefresh],
  ...[Session, Mail, ShortUrl],
  ...[EmailProof, PendingLogin, Totp, RecoveryCode, Passkey, PasskeyChallenge, ReservedName],
  ...[OAuthClient, Grant, DeviceCode, AuthorizationCode],
  ...[StoredObject, Package, Release, Requirement, PackageOwner, RegistryObject, ListedTarball, ListedPackage],
  ...[Customer, Subscription, Invoice, Operation, StripeEvent, Notice, Comparison],
  ...[Readme, Download, PackageDownload, PackageDownloadTotal],
];
