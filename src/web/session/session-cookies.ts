import { type SeeOther, seeOther } from '../http/answers.js';

/** As long as a session can last at most; the service ends it earlier where it is not used. */
const SESSION_SECONDS = 90 * 24 * 60 * 60;
const PENDING_SECONDS = 15 * 60;

/** On to `location`, logged in. */
export const loggedIn = (token: string, location: string, note?: string): SeeOther =>
  seeOther(location, note, [
    { name: 'session', value: token, maxAge: SESSION_SECONDS },
    { name: PENDING, value: null },
  ]);

export const loggedOut = (location: string, note?: string): SeeOther =>
  seeOther(location, note, [
    { name: 'session', value: null },
    { name: PENDING, value: null },
  ]);

/** The cookie of a login between password and second factor. */
export const PENDING = 'second-factor';

export const pending = (token: string, location: string): SeeOther =>
  seeOther(location, undefined, [{ name: PENDING, value: token, maxAge: PENDING_SECONDS }]);
