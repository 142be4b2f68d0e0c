import 'reflect-metadata';
import { type z } from 'zod';
import { type Action } from '../../access/table.js';

/**
 * Whom an endpoint answers: a line of the access table; the account itself (`account`); any credential that carries the API
 * (`credential`); anybody, with more in it for those who show who they are (`anyone`); or nothing at all is asked (`nothing`).
 */
export type Need = Action | 'account.read' | 'account.write' | 'credential' | 'anyone' | 'nothing';

/** A body that is no JSON. */
export type Bytes = 'tarball' | 'pdf';

/** What an answer holds: nothing, something of this shape, or bytes. */
export type Content = z.ZodType | Bytes | null;

export interface EndpointDescription {
  /** One line, without a full stop. */
  readonly summary: string;
  readonly details?: string;
  /** By path, in the controller's order, where it differs. */
  readonly needs: Need | readonly Need[];
  /** Where it works. The status is the handler's. */
  readonly answer: Content;
  /** What else it answers when nothing is wrong, or when money is wanted, by status. */
  readonly also?: Readonly<Record<number, { readonly when: string; readonly content: Content }>>;
  /** Where the handler reads the body by itself; otherwise it is the schema of its `@Body`. */
  readonly body?: z.ZodType | 'tarball';
  /** It refuses in the way of OAuth (RFC 6749 section 5.2), not of this API. */
  readonly refuses?: z.ZodType;
}

const ENDPOINT = 'propolis:endpoint';
const RESOURCE = 'propolis:resource';

/**
 * Says what a handler does, for the API's own description (`document.ts`). What it takes is not said again: that is read from
 * the schemas that check it.
 */
export const Endpoint =
  (description: EndpointDescription): MethodDecorator =>
  (target, name) =>
    Reflect.defineMetadata(ENDPOINT, description, target, name);

/** The heading under which a controller's endpoints stand. */
export const Resource =
  (title: string): ClassDecorator =>
  (target) =>
    Reflect.defineMetadata(RESOURCE, title, target);

export const endpointOf = (prototype: object, handler: string): EndpointDescription | undefined =>
  Reflect.getMetadata(ENDPOINT, prototype, handler) as EndpointDescription | undefined;

// Decorated classes hand their metadata on to the adapter; the class itself is asked.
// eslint-disable-next-line @typescript-eslint/no-unsafe-function-type
export const resourceOf = (controller: Function): string | undefined =>
  Reflect.getMetadata(RESOURCE, controller) as string | undefined;
