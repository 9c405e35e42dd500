// A registry in memory behind real HTTP: manifests, tags, blobs, token check, push and pull events. It stands in for
// docker-registry where that is not installed; what the real one answers is proven in the lab.

import { createHash, createPublicKey, createVerify, type KeyObject } from 'node:crypto';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve } from '../../lab/harbor/server/serve.ts';
import { keyId, TOKEN_SERVICE } from '../../lab/harbor/server/token.ts';
import type { WebReply, WebRequest } from '../../lab/harbor/server/web.ts';

export interface RegistryEvent {
  readonly action: string;
  readonly target: { readonly mediaType: string; readonly repository: string; readonly tag: string };
  readonly request: { readonly useragent: string };
  readonly actor: { readonly name: string };
}

interface StoredManifest {
  readonly mediaType: string;
  readonly payload: string;
}

const MEDIA_TYPE = 'application/vnd.docker.distribution.manifest.v2+json';

export class RegistryDouble {
  /** Digests that payloads are known by, where the real bytes are not there. */
  static readonly names = new Map<string, string>();

  readonly #realm: string;
  readonly #onEvent: (event: RegistryEvent) => void;
  #trusted: KeyObject;
  #server: Server | undefined;
  /** Repository → tag → digest. A repository stays when its last tag goes. */
  readonly tags = new Map<string, Map<string, string>>();
  readonly manifests = new Map<string, StoredManifest>();
  readonly blobs = new Map<string, Buffer>();
  /** Hangs up on everyone. */
  down = false;

  constructor(realm: string, privateKeyPem: string, onEvent: (event: RegistryEvent) => void) {
    this.#realm = realm;
    this.#trusted = createPublicKey(privateKeyPem);
    this.#onEvent = onEvent;
  }

  /** Starts to listen; returns the address. */
  async start(): Promise<string> {
    this.#server = await serve((request) => this.#handle(request), 0, '127.0.0.1');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.#server?.closeAllConnections();
    this.#server?.close();
  }

  trust(privateKeyPem: string): void {
    this.#trusted = createPublicKey(privateKeyPem);
  }

  /** Puts an image in as if pushed by someone whose client counts for nothing. */
  put(repository: string, tag: string, digest: string, payload: string): void {
    this.manifests.set(digest, { mediaType: MEDIA_TYPE, payload });
    const known = this.tags.get(repository) ?? new Map<string, string>();
    this.tags.set(repository, new Map([[tag, digest], ...[...known].filter(([name]) => name !== tag)]));
  }

  event(action: string, repository: string, tag: string, useragent: string, actor: string): void {
    const target = { mediaType: MEDIA_TYPE, repository, tag };
    this.#onEvent({ action, target, request: { useragent }, actor: { name: actor } });
  }

  async #handle(request: WebRequest): Promise<WebReply> {
    const { path, method } = request;
    if (this.down) request.stream?.destroy();
    const [, repository = '', kind = '', reference = ''] =
      /^\/v2\/(.+)\/(manifests|blobs|tags)\/(.+)$/.exec(path) ?? [];
    const action = method === 'GET' || method === 'HEAD' ? 'pull' : method === 'DELETE' ? '*' : 'push';
    const claims = this.#claims(request);
    if (claims === undefined) return this.#challenge(path, repository, action);
    if (path === '/v2/') return reply(200, '{}');
    if (path === '/v2/_catalog')
      return reply(200, JSON.stringify({ repositories: [...this.tags.keys()].sort() }));
    if (!claims.allows(repository, action)) return this.#challenge(path, repository, action);
    if (kind === 'tags') return this.#listTags(repository);
    if (kind === 'manifests') return this.#manifest(request, repository, reference, claims.subject);
    return this.#blob(request, repository, reference);
  }

  #listTags(repository: string): WebReply {
    const known = this.tags.get(repository);
    if (known === undefined) return reply(404, '{"errors":[{"code":"NAME_UNKNOWN"}]}');
    return reply(
      200,
      JSON.stringify({ name: repository, tags: known.size === 0 ? null : [...known.keys()] }),
    );
  }

  async #manifest(
    request: WebRequest,
    repository: string,
    reference: string,
    subject: string,
  ): Promise<WebReply> {
    const agent = request.headers['user-agent'] ?? '';
    const tags = this.tags.get(repository) ?? new Map<string, string>();
    if (request.method === 'PUT') {
      const payload = await request.text();
      const digest =
        RegistryDouble.names.get(payload) ?? `sha256:${createHash('sha256').update(payload).digest('hex')}`;
      this.put(repository, reference, digest, payload);
      this.event('push', repository, reference, agent, subject);
      return reply(201, '', [['Docker-Content-Digest', digest]]);
    }
    const digest = reference.startsWith('sha256:') ? reference : (tags.get(reference) ?? '');
    const stored = this.manifests.get(digest);
    const here = stored !== undefined && [...tags.values()].includes(digest);
    if (!here) return reply(404, '{"errors":[{"code":"MANIFEST_UNKNOWN"}]}');
    if (request.method === 'DELETE') {
      for (const [tag, known] of tags) if (known === digest) tags.delete(tag);
      return reply(202, '');
    }
    if (request.method === 'GET') this.event('pull', repository, reference, agent, subject);
    const headers: [string, string][] = [
      ['Content-Type', stored.mediaType],
      ['Docker-Content-Digest', digest],
    ];
    return { status: 200, headers, body: stored.payload };
  }

  async #blob(request: WebRequest, repository: string, reference: string): Promise<WebReply> {
    if (request.method === 'POST') return reply(202, '', [['Location', `/v2/${repository}/blobs/uploads/1`]]);
    if (request.method === 'PUT') {
      const digest = request.query.get('digest') ?? '';
      this.blobs.set(digest, Buffer.from(await request.text()));
      return reply(201, '', [['Docker-Content-Digest', digest]]);
    }
    const blob = this.blobs.get(reference);
    return blob === undefined ? reply(404, '') : { status: 200, headers: [], body: blob };
  }

  #claims(
    request: WebRequest,
  ): { subject: string; allows(name: string, action: string): boolean } | undefined {
    const token = /^Bearer (.+)$/.exec(request.headers['authorization'] ?? '')?.[1] ?? '';
    const [header = '', payload = '', signature = ''] = token.split('.');
    const verifier = createVerify('RSA-SHA256').update(`${header}.${payload}`);
    if (signature === '' || !verifier.verify(this.#trusted, signature, 'base64url')) return undefined;
    if (JSON.parse(Buffer.from(header, 'base64url').toString()).kid !== keyId(this.#trusted))
      return undefined;
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
    if (claims.aud !== TOKEN_SERVICE) return undefined;
    const access = (claims.access ?? []) as { name: string; actions: string[] }[];
    return {
      subject: claims.sub,
      allows: (name, action) => access.some((one) => one.name === name && one.actions.includes(action)),
    };
  }

  #challenge(path: string, repository: string, action: string): WebReply {
    const actions = action === 'pull' ? 'pull' : action === 'push' ? 'pull,push' : 'pull,*';
    const scope = path === '/v2/_catalog' ? 'registry:catalog:*' : `repository:${repository}:${actions}`;
    const asked = path === '/v2/' ? '' : `,scope="${scope}"`;
    const value = `Bearer realm="${this.#realm}/service/token",service="${TOKEN_SERVICE}"${asked}`;
    return reply(401, '{"errors":[{"code":"UNAUTHORIZED"}]}', [['Www-Authenticate', value]]);
  }
}

function reply(status: number, body: string, headers: [string, string][] = []): WebReply {
  return { status, headers: [['Content-Type', 'application/json; charset=utf-8'], ...headers], body };
}
