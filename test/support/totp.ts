import { Secret, TOTP } from 'otpauth';
import { type TestApp } from './app.js';
import { type Browsing } from './browsing.js';

/** What an authenticator app does. */
export class AuthenticatorApp {
  constructor(
    readonly secret: string,
    private readonly test: Pick<TestApp, 'clock'>,
  ) {}

  /** The code it shows `steps` half minutes from now. */
  code(steps = 0): string {
    const timestamp = this.test.clock.now().getTime() + steps * 30_000;
    return new TOTP({ secret: Secret.fromBase32(this.secret) }).generate({ timestamp });
  }

  /** The code it shows next, when it shows it: none before is taken any more. */
  next(): string {
    this.test.clock.advance(30_000);
    return this.code();
  }
}

/** Sets an app up through the pages, and answers with it and the recovery codes. */
export async function setUpTotp(test: TestApp, browser: Browsing): Promise<{ app: AuthenticatorApp; codes: string[] }> {
  const page = await browser.submit('/account/security/totp');
  const secret = /<code>([A-Z2-7 ]+)<\/code>/.exec(page.text)![1]!.replaceAll(' ', '');
  const app = new AuthenticatorApp(secret, test);
  const done = await browser.post('/account/security/totp/confirm', { code: app.code() });
  const codes = done.text.match(/[0-9a-z]{4}(-[0-9a-z]{4}){3}/g) ?? [];
  return { app, codes: [...new Set(codes)] };
}
