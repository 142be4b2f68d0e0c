import { type FastifyReply, type FastifyRequest } from 'fastify';

/** A sentence shown once, on the next page. */
export interface Note {
  readonly text: string;
  readonly tone: 'good' | 'bad';
}

const NOTE_SECONDS = 60;

/**
 * The site's cookies. Over https their names begin with `__Host-`, so that no other host of the domain can plant them. All
 * are HttpOnly and SameSite=Lax: links from elsewhere find people logged in, forms from elsewhere do not.
 */
export class Cookies {
  private readonly secure: boolean;
  private readonly prefix: string;

  constructor(publicUrl: string) {
    this.secure = publicUrl.startsWith('https:');
    this.prefix = this.secure ? '__Host-propolis' : 'propolis';
  }

  read(request: FastifyRequest, name: string): string | undefined {
    return request.cookies[`${this.prefix}-${name}`];
  }

  set(reply: FastifyReply, name: string, value: string, maxAge: number): void {
    const options = { path: '/', httpOnly: true, sameSite: 'lax', secure: this.secure } as const;
    void reply.setCookie(`${this.prefix}-${name}`, value, { ...options, maxAge });
  }

  clear(reply: FastifyReply, name: string): void {
    this.set(reply, name, '', 0);
  }

  readNote(request: FastifyRequest): Note | null {
    const text = this.read(request, 'note');
    if (text === undefined || text === '') return null;
    const plain = Buffer.from(text.slice(1), 'base64url').toString('utf8').slice(0, 500);
    return { text: plain, tone: text.startsWith('b') ? 'bad' : 'good' };
  }

  setNote(reply: FastifyReply, { text, tone }: Note): void {
    this.set(reply, 'note', (tone === 'bad' ? 'b' : 'g') + Buffer.from(text).toString('base64url'), NOTE_SECONDS);
  }
}
