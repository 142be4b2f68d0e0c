// AWS Signature Version 4 in the request's headers, as S3 wants it: https://docs.aws.amazon.com/AmazonS3/latest/API/
// sig-v4-header-based-auth.html. Paths are taken as they are: object keys here need no escaping.
import { createHash, createHmac } from 'node:crypto';

export interface S3Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  region: string;
}

interface SignedRequest {
  method: string;
  host: string;
  path: string;
  /** Further headers to sign, by lower-case name. */
  headers: Record<string, string>;
  /** Of the payload, hexadecimal. */
  sha256: string;
}

/** All headers of the request, `authorization` included. */
export function sign(request: SignedRequest, credentials: S3Credentials, now: Date): Record<string, string> {
  const time = now.toISOString().replace(/[-:]|\.\d{3}/g, '');
  const scope = `${time.slice(0, 8)}/${credentials.region}/s3/aws4_request`;
  const headers: Record<string, string> = {
    ...request.headers,
    host: request.host,
    'x-amz-content-sha256': request.sha256,
    'x-amz-date': time,
  };
  const names = Object.keys(headers).sort();
  const lines = names.map((name) => `${name}:${headers[name]?.trim()}\n`).join('');
  const canonical = [request.method, request.path, '', lines, names.join(';'), request.sha256].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', time, scope, createHash('sha256').update(canonical).digest('hex')].join('\n');
  const signature = hmac(signingKey(credentials, scope), toSign).toString('hex');
  const credential = `Credential=${credentials.accessKeyId}/${scope}`;
  const authorization = `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
  return { ...headers, authorization };
}

function signingKey({ secretAccessKey }: S3Credentials, scope: string): Buffer {
  return scope.split('/').reduce<string | Buffer>(hmac, `AWS4${secretAccessKey}`) as Buffer;
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
