// Who asks: basic login with Harbor's lock after a wrong password, robots, and registry tokens.

import { createPublicKey, verify } from 'node:crypto';
import type { ResourceAccess } from '../../harbor/server/token.ts';
import type { Settings } from './harbor.ts';
import { fits, type Robot, type State, type User } from './state.ts';

export type Who =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'user'; readonly name: string; readonly user: User }
  | { readonly kind: 'robot'; readonly name: string; readonly robot: Robot }
  /** The bearer of a registry token. */
  | { readonly kind: 'token'; readonly name: string; readonly access: readonly ResourceAccess[] };

const anonymous: Who = { kind: 'anonymous' };

export class Login {
  readonly #state: State;
  readonly #settings: Settings;
  readonly #lockedUntil = new Map<string, number>();

  constructor(state: State, settings: Settings) {
    this.#state = state;
    this.#settings = settings;
  }

  /** A wrong password makes the caller anonymous, not refused: what anyone may see is still answered. */
  async who(authorization: string | undefined): Promise<Who> {
    const [scheme = '', value = ''] = (authorization ?? '').split(' ');
    if (scheme.toLowerCase() === 'bearer') return this.#bearer(value);
    if (scheme.toLowerCase() !== 'basic') return anonymous;
    const credentials = Buffer.from(value, 'base64').toString('utf8');
    const colon = credentials.indexOf(':');
    if (colon < 0) return anonymous;
    return this.#basic(credentials.slice(0, colon), credentials.slice(colon + 1));
  }

  async #basic(name: string, password: string): Promise<Who> {
    const robot = this.#robot(name, password);
    if (robot !== undefined) return { kind: 'robot', name, robot };
    // Locked users are refused at once, the right password included.
    if ((this.#lockedUntil.get(name) ?? 0) > Date.now()) return anonymous;
    const user = this.#state.users.find((one) => one.name === name || one.email === name);
    if (user !== undefined && fits(password, user)) return { kind: 'user', name: user.name, user };
    const { lockMs } = this.#settings;
    this.#lockedUntil.set(name, Date.now() + lockMs);
    await new Promise((resolve) => setTimeout(resolve, lockMs));
    return anonymous;
  }

  #robot(name: string, secret: string): Robot | undefined {
    const prefix = String(this.#state.configuration['robot_name_prefix'] ?? 'robot$');
    if (!name.startsWith(prefix)) return undefined;
    const robot = this.#state.robots.find((one) => one.name === name.slice(prefix.length));
    if (robot === undefined || robot.disabled || !fits(secret, robot)) return undefined;
    if (robot.expiresAt !== -1 && robot.expiresAt <= Date.now() / 1000) return undefined;
    return robot;
  }

  #bearer(token: string): Who {
    const [header = '', payload = '', signature = ''] = token.split('.');
    const key = createPublicKey(this.#state.privateKey);
    const bytes = Buffer.from(`${header}.${payload}`);
    if (!verify('RSA-SHA256', bytes, key, Buffer.from(signature, 'base64url'))) return anonymous;
    const claims: { sub?: string; exp?: number; access?: readonly ResourceAccess[] | null } = JSON.parse(
      Buffer.from(payload, 'base64url').toString('utf8'),
    );
    if ((claims.exp ?? 0) * 1000 <= Date.now()) return anonymous;
    return { kind: 'token', name: claims.sub ?? '', access: claims.access ?? [] };
  }
}
