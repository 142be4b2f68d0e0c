import { type AddressInfo } from 'node:net';
import { type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

export interface Relay {
  readonly port: number;
  readonly mails: readonly { readonly mail: ParsedMail; readonly secure: boolean; readonly user: unknown }[];
  readonly stop: () => Promise<void>;
}

/** A mail relay that takes what it is sent and keeps it. */
export async function startRelay(options: SMTPServerOptions = {}, port = 0): Promise<Relay> {
  const mails: Relay['mails'][number][] = [];
  const server = new SMTPServer({
    authOptional: true,
    closeTimeout: 100,
    // Its warning that its certificate is only good for tests.
    logger: false,
    onData: (stream, session, done) => {
      simpleParser(stream).then((mail) => {
        mails.push({ mail, secure: session.secure, user: session.user });
        done();
      }, done);
    },
    ...options,
  });
  // A client that breaks off is its own affair.
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const { port: taken } = server.server.address() as AddressInfo;
  return { port: taken, mails, stop: () => new Promise((resolve) => server.close(() => resolve())) };
}
