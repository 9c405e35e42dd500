// Sends a recorded request again and compares the answers.

import { expect } from 'vitest';
import { signToken } from '../../lab/harbor/server/token.ts';
import { comparable, type Recording } from './recordings.ts';
import { call, type Node } from './world.ts';

type Headers = readonly (readonly [string, string])[];

export class Replay {
  /** Sessions of the recording → sessions here. */
  readonly #cookies = new Map<string, string>();

  /** @param anyOrder compare a list as a set */
  async run(node: Node, { request, response }: Recording, anyOrder = false): Promise<void> {
    const port = Number(request.host.split(':')[1] ?? 80);
    const headers = await this.#translated(request.headers, node);
    const { reply, body } = await call(node, port, request.method, request.path, headers, request.body ?? '');
    const [theirs, ours] = [cookieIn(response.headers), cookieIn(reply.headers)];
    if (theirs !== undefined && ours !== undefined) this.#cookies.set(theirs, ours);
    const recorded = Buffer.from(
      response.body_base64 ?? response.body ?? '',
      response.body_base64 === undefined ? 'utf8' : 'base64',
    );
    // As text, so that the order of keys counts too.
    const text = (value: unknown) => JSON.stringify(value, null, 1);
    expect(text(comparable(reply.status, reply.headers, body, anyOrder))).toBe(
      text(comparable(response.status, response.headers, recorded, anyOrder)),
    );
  }

  // Cookies and tokens of the recording mean nothing here: ours for the same sessions, new ones with the same claims.
  async #translated(headers: Recording['request']['headers'], node: Node): Promise<Record<string, string>> {
    const changed: Record<string, string> = {};
    for (const [name, value] of Object.entries(headers)) {
      const isCookie = name.toLowerCase() === 'cookie';
      changed[name] = isCookie
        ? value.replace(/=(\w+)/, (_, id) => `=${this.#cookies.get(id) ?? id}`)
        : value;
      const claims = /^Bearer [^.]+\.([^.]+)\./.exec(value)?.[1];
      if (claims === undefined) continue;
      const { sub, access } = JSON.parse(Buffer.from(claims, 'base64url').toString());
      const pem = await node.harbor.privateKey();
      changed[name] = `Bearer ${signToken(pem, sub, access, 30, new Date()).token}`;
    }
    return changed;
  }
}

function cookieIn(headers: Headers): string | undefined {
  return /=(\w+)/.exec(headers.find(([name]) => name === 'Set-Cookie')?.[1] ?? '')?.[1];
}
