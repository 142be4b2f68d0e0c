import { type Letter } from '../platform/mail/letter.js';

export interface PublishedRelease {
  readonly package: string;
  readonly version: string;
  /** Undefined: the public repository. */
  readonly organization: string | undefined;
  readonly publisher: string;
  /** Other bytes took the place of a release of this version. */
  readonly replaced: boolean;
  readonly url: string;
  /** Where one turns these mails off. */
  readonly settingsUrl: string;
}

/** To those who answer for a package when somebody else publishes to it. */
export function releasePublishedLetter(release: PublishedRelease): Letter {
  const { organization, publisher, replaced, url, settingsUrl } = release;
  const what = `${release.package} ${release.version}`;
  const act = replaced ? 'replaced' : 'published';
  return {
    subject: organization === undefined ? `${what} was ${act}` : `${organization}: ${what} was ${act}`,
    paragraphs: [`${publisher} ${act} ${what}${organization === undefined ? '' : ` in ${organization}`}.`],
    action: { label: 'See the release', url },
    afterwards: [
      `If this is not what you expect, talk to ${publisher}. On the page of the release you can retire it, so that clients warn about it, or revert it.`,
    ],
    because: `${reason(organization)} To stop these mails, untick them here: ${settingsUrl}`,
  };
}

const reason = (organization: string | undefined): string =>
  organization === undefined
    ? 'You get this mail because you own the package.'
    : `You get this mail because you are an admin of ${organization}.`;
