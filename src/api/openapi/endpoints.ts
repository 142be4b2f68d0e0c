import { Injectable, RequestMethod } from '@nestjs/common';
import { HTTP_CODE_METADATA, METHOD_METADATA, PATH_METADATA, ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { type z } from 'zod';
import { type EndpointDescription, endpointOf, type Need, resourceOf } from './endpoint.js';

/** One route of the API with all that is declared about it. */
export interface DescribedEndpoint {
  readonly method: 'get' | 'post' | 'put' | 'delete';
  /** As the framework has it: `/api/orgs/:organization`. */
  readonly path: string;
  readonly resource: string;
  /** Unique among all. */
  readonly id: string;
  readonly description: EndpointDescription;
  readonly needs: Need;
  /** Of the answer where it works. */
  readonly status: number;
  readonly body: z.ZodType | 'tarball' | undefined;
  readonly query: z.ZodType | undefined;
}

interface Argument {
  readonly schema?: z.ZodType;
}

/** Every endpoint that says what it is, read from what the framework itself knows of it: paths, methods, schemas. */
@Injectable()
export class Endpoints {
  private readonly scanner = new MetadataScanner();

  constructor(private readonly discovery: DiscoveryService) {}

  all(): DescribedEndpoint[] {
    return this.discovery
      .getControllers()
      .flatMap(({ metatype, instance }) =>
        typeof metatype === 'function' && instance ? this.of(metatype, Object.getPrototypeOf(instance) as object) : [],
      );
  }

  // eslint-disable-next-line @typescript-eslint/no-unsafe-function-type
  private of(controller: Function, prototype: object): DescribedEndpoint[] {
    return this.scanner.getAllMethodNames(prototype).flatMap((handler) => {
      const description = endpointOf(prototype, handler);
      if (description === undefined) return [];
      const resource = resourceOf(controller);
      if (resource === undefined) throw new Error(`${controller.name} has endpoints and no @Resource`);
      const call = (prototype as Record<string, object>)[handler]!;
      const method = RequestMethod[Reflect.getMetadata(METHOD_METADATA, call) as RequestMethod].toLowerCase();
      const given = Reflect.getMetadata(HTTP_CODE_METADATA, call) as number | undefined;
      const taken = argumentsOf(controller, handler);
      return pathsOf(controller, call).map((path, index) => ({
        ...{ method: method as DescribedEndpoint['method'], path, resource, description },
        id: `${controller.name.replace(/Controller$/, '')}.${handler}${index === 0 ? '' : `.${index + 1}`}`,
        needs: typeof description.needs === 'string' ? description.needs : description.needs[index]!,
        status: given ?? (method === 'post' ? 201 : 200),
        body: description.body ?? taken(RouteParamtypes.BODY),
        query: taken(RouteParamtypes.QUERY),
      }));
    });
  }
}

// eslint-disable-next-line @typescript-eslint/no-unsafe-function-type
function pathsOf(controller: Function, call: object): string[] {
  const [outer, inner] = [controller, call].map((of) =>
    [Reflect.getMetadata(PATH_METADATA, of) as string | string[]].flat(),
  ) as [string[], string[]];
  return outer.flatMap((first) => inner.map((second) => `/${first}/${second}`.replace(/\/+/g, '/').replace(/\/$/, '')));
}

/** The schema by which a handler's argument of one kind is checked. */
// eslint-disable-next-line @typescript-eslint/no-unsafe-function-type
function argumentsOf(controller: Function, handler: string): (kind: RouteParamtypes) => z.ZodType | undefined {
  const all = (Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, handler) ?? {}) as Record<string, Argument>;
  return (kind) => {
    const schemas = Object.entries(all)
      .filter(([key]) => key.startsWith(`${kind}:`))
      .flatMap(([, { schema }]) => (schema === undefined ? [] : [schema]));
    if (schemas.length > 1) throw new Error(`${controller.name}.${handler} checks one thing by two schemas`);
    return schemas[0];
  };
}
