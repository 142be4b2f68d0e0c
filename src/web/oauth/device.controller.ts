import { Body, Get, Post, Query } from '@nestjs/common';
import { z } from 'zod';
import { DeviceCodes } from '../../accounts/device-codes.js';
import { OAuthClients } from '../../accounts/oauth-clients.js';
import { readUserCode, spacedUserCode } from '../../accounts/user-code.js';
import { invalidFields } from '../../platform/errors.js';
import { paths } from '../../platform/paths.js';
import { type Answer, html, seeOther } from '../http/answers.js';
import { emptyForm, type FormState, submit } from '../http/forms.js';
import { Pages } from '../http/pages.js';
import { signedIn, sudo, type Visitor, Visiting } from '../http/visitor.js';
import { chosenOf, ChosenScopes } from './consent.js';
import { CodeGuesses } from './code-guesses.js';
import { deviceConsentPage, deviceDonePage, enterCodePage, type WaitingDevice } from './device.page.js';
import { Permitting } from './permitting.js';

const Code = z.object({ user_code: z.string().max(200).default('') });
const Decision = Code.extend({ scope: ChosenScopes });

/**
 * The person's side of the device flow (RFC 8628 section 3.3): enter the code, see who asks for what, say yes or no. Every
 * step looks the code up again and counts as a guess, or the later ones would be a way around the limit of the first.
 */
@Pages('oauth/device')
export class DeviceController {
  constructor(
    private readonly devices: DeviceCodes,
    private readonly clients: OAuthClients,
    private readonly guesses: CodeGuesses,
    private readonly permitting: Permitting,
  ) {}

  @Get()
  enter(@Visiting() visitor: Visitor, @Query('user_code') typed?: unknown): Answer {
    signedIn(visitor);
    return html(enterCodePage(visitor, emptyForm, prefilled(typed)));
  }

  @Get('done')
  done(@Visiting() visitor: Visitor): Answer {
    signedIn(visitor);
    return html(deviceDonePage(visitor));
  }

  /** Decides nothing, so it asks for no more than a login; but the proof that the next step needs is best given now. */
  @Post()
  show(@Visiting() visitor: Visitor, @Body() body: unknown): Promise<Answer> {
    sudo(visitor, back(body));
    return submit(
      Code,
      body,
      async ({ user_code }) => this.consent(visitor, await this.waiting(visitor, user_code), emptyForm),
      (form) => html(enterCodePage(visitor, form, prefilled(typedIn(body)))),
    );
  }

  @Post('approve')
  approve(@Visiting() visitor: Visitor, @Body() body: unknown): Promise<Answer> {
    const by = sudo(visitor, back(body));
    return this.decide(visitor, body, async ({ userCode, asked }, ticked) => {
      const chosen = chosenOf(asked, ticked);
      const { name } = await this.devices.approve(by, userCode, chosen);
      return seeOther(paths.deviceDone, `“${name}” has been let in.`);
    });
  }

  @Post('deny')
  deny(@Visiting() visitor: Visitor, @Body() body: unknown): Promise<Answer> {
    const by = signedIn(visitor, back(body));
    return this.decide(visitor, body, async ({ userCode, device }) => {
      await this.devices.deny(by, userCode);
      return seeOther(paths.deviceDone, `“${device.name}” has been turned away.`);
    });
  }

  /** What is wrong with the choice is shown beside the choice, what is wrong with the code where codes are entered. */
  private async decide(
    visitor: Visitor,
    body: unknown,
    act: (waiting: WaitingDevice, ticked: readonly string[]) => Promise<Answer>,
  ): Promise<Answer> {
    return submit(
      Decision,
      body,
      async ({ user_code, scope }) => {
        const waiting = await this.waiting(visitor, user_code);
        const again = (form: FormState) => this.consent(visitor, waiting, form);
        return submit(z.unknown(), body, () => act(waiting, scope), again);
      },
      (form) => html(enterCodePage(visitor, form, '')),
    );
  }

  private consent(visitor: Visitor, waiting: WaitingDevice, form: FormState) {
    return html(deviceConsentPage(visitor, waiting, form));
  }

  /** Throws `invalid` about the code, and `rate_limited` after too many wrong ones. */
  private async waiting(visitor: Visitor, typed: string): Promise<WaitingDevice> {
    const { user } = signedIn(visitor);
    const userCode = readUserCode(typed);
    if (userCode === null) throw invalidFields({ user_code: 'must be the eight letters that the terminal shows' });
    const device = await this.guesses.judge(user, visitor.origin, () => this.devices.find(userCode));
    const client = device && (await this.clients.find(device.clientId));
    if (device === null || client === null) throw invalidFields({ user_code: GONE });
    return { device, client, userCode, asked: await this.permitting.asked(visitor, device.permissions) };
  }
}

const GONE = 'is wrong, has expired or has been answered already; start the login in the terminal again';

const typedIn = (body: unknown): unknown =>
  typeof body === 'object' && body !== null && 'user_code' in body ? body.user_code : undefined;

/** What may stand in the field, whatever was in the address. */
const prefilled = (typed: unknown): string => {
  const code = typeof typed === 'string' ? readUserCode(typed) : null;
  return code === null ? '' : spacedUserCode(code);
};

const back = (body: unknown): string => paths.device(prefilled(typedIn(body)) || undefined);
