// Registry tokens: JWTs signed with private_key.pem, checked by the registry against root.crt.

import { createHash, createPrivateKey, createPublicKey, createSign, type KeyObject } from 'node:crypto';
import { randomText } from './crypto.ts';

const TOKEN_ISSUER = 'harbor-token-issuer';
export const TOKEN_SERVICE = 'harbor-registry';

export interface ResourceAccess {
  readonly type: string;
  readonly name: string;
  readonly actions: readonly string[];
}

export interface Token {
  readonly token: string;
  readonly expires_in: number;
  readonly issued_at: string;
}

/**
 * Signs a token.
 *
 * @param pem the private key (PEM)
 * @param minutes how long it is valid
 */
export function signToken(
  pem: string,
  subject: string,
  access: readonly ResourceAccess[] | null,
  minutes: number,
  now: Date,
): Token {
  const key = createPrivateKey(pem);
  const seconds = Math.floor(now.getTime() / 1000);
  const header = { typ: 'JWT', alg: 'RS256', kid: keyId(key) };
  const claims = {
    iss: TOKEN_ISSUER,
    sub: subject,
    aud: TOKEN_SERVICE,
    exp: seconds + minutes * 60,
    nbf: seconds,
    iat: seconds,
    jti: randomText(16),
    access,
  };
  const payload = `${base64Url(header)}.${base64Url(claims)}`;
  const signature = createSign('RSA-SHA256').update(payload).sign(key).toString('base64url');
  return {
    token: `${payload}.${signature}`,
    expires_in: minutes * 60,
    issued_at: `${now.toISOString().slice(0, 19)}Z`,
  };
}

/** The key's name as libtrust makes it: twelve groups of four base32 letters of the public key's SHA-256. */
export function keyId(key: KeyObject): string {
  const open = key.type === 'public' ? key : createPublicKey(key);
  const der = open.export({ type: 'spki', format: 'der' });
  const digest = createHash('sha256').update(der).digest().subarray(0, 30);
  return base32(digest).match(/.{4}/g)?.join(':') ?? '';
}

/** Splits `scope` parameters into what is asked for, as `type:name:action,action`. */
export function parseScopes(scopes: readonly string[]): ResourceAccess[] {
  return scopes
    .flatMap((scope) => scope.split(' '))
    .filter((scope) => scope !== '')
    .map((scope) => {
      const [type = '', ...rest] = scope.split(':');
      const actions = rest.length > 1 ? (rest.at(-1) ?? '') : '';
      const name = rest.length > 1 ? rest.slice(0, -1).join(':') : (rest[0] ?? '');
      return { type, name, actions: actions === '' ? [] : actions.split(',') };
    });
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

function base32(bytes: Uint8Array): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return (bits.match(/.{5}/g) ?? []).map((group) => BASE32[Number.parseInt(group, 2)]).join('');
}

function base64Url(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
