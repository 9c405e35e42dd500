// A registry with a token service in front, as a Docker client sees one: another Harbor, or this one through its own door.

import type { Fetcher, FetchReply } from './fetcher.ts';
import { MANIFEST_V1, MANIFEST_V2, type Manifest, RegistryError } from './registry.ts';

export interface RemoteAccess {
  readonly url: string;
  /** For basic login; left out where `secret` is used. */
  readonly username?: string;
  readonly password?: string;
  /** For a service of the same Harbor. */
  readonly secret?: string;
  readonly insecure: boolean;
}

export class RemoteRegistry {
  readonly #fetch: Fetcher;
  readonly #access: RemoteAccess;
  /** Tokens to push with, by repository. */
  readonly #tokens = new Map<string, string>();

  constructor(fetch: Fetcher, access: RemoteAccess) {
    this.#fetch = fetch;
    this.#access = access;
  }

  get url(): string {
    return this.#access.url;
  }

  /** Proves that the address is a registry and the login is good. Throws otherwise. */
  async ping(): Promise<void> {
    checked(await this.#request('GET', '/v2/'));
  }

  /** A request to Harbor's own API. */
  async api(method: string, path: string, body?: unknown): Promise<FetchReply> {
    return this.#send(
      method,
      `${this.url}${path}`,
      this.#credentials(),
      {
        'content-type': 'application/json',
      },
      body === undefined ? undefined : JSON.stringify(body),
    );
  }

  async tags(repository: string): Promise<string[]> {
    const reply = checked(await this.#request('GET', `/v2/${repository}/tags/list`));
    return (JSON.parse(reply.body.toString()).tags ?? []) as string[];
  }

  async manifest(repository: string, tag: string): Promise<Manifest> {
    const accept = `${MANIFEST_V1}, ${MANIFEST_V2}`;
    const { headers, body } = checked(
      await this.#request('GET', `/v2/${repository}/manifests/${tag}`, { accept }),
    );
    return {
      digest: headers['docker-content-digest'] ?? '',
      mediaType: headers['content-type'] ?? '',
      payload: body.toString(),
    };
  }

  /** The digest of a tag, undefined where there is no such tag. */
  async digest(repository: string, tag: string): Promise<string | undefined> {
    const reply = await this.#request('HEAD', `/v2/${repository}/manifests/${tag}`, { accept: MANIFEST_V2 });
    return reply.status === 404 ? undefined : checked(reply).headers['docker-content-digest'];
  }

  async hasBlob(repository: string, digest: string): Promise<boolean> {
    const reply = await this.#request('HEAD', `/v2/${repository}/blobs/${digest}`);
    return reply.status !== 404 && checked(reply).status === 200;
  }

  async blob(repository: string, digest: string): Promise<Buffer> {
    return checked(await this.#request('GET', `/v2/${repository}/blobs/${digest}`)).body;
  }

  async pushBlob(repository: string, digest: string, body: Buffer): Promise<void> {
    const start = `/v2/${repository}/blobs/uploads/`;
    const started = checked(
      await this.#request('POST', start, {}, undefined, undefined, (token) =>
        this.#tokens.set(repository, token),
      ),
    );
    const location = new URL(started.headers['location'] ?? '', this.url);
    location.searchParams.set('digest', digest);
    const headers = { 'content-type': 'application/octet-stream' };
    const target = `${location.pathname}${location.search}`;
    checked(await this.#request('PUT', target, headers, body, this.#tokens.get(repository)));
  }

  async pushManifest(repository: string, tag: string, manifest: Manifest): Promise<void> {
    const headers = { 'content-type': manifest.mediaType };
    checked(await this.#request('PUT', `/v2/${repository}/manifests/${tag}`, headers, manifest.payload));
  }

  // First without a token; the challenge says where to get one and for what. A blob goes with the token that began its
  // upload: a server that refuses it closes the connection, and the answer may be lost while the rest is on its way.
  async #request(
    method: string,
    path: string,
    headers: Record<string, string> = {},
    body?: string | Buffer,
    known?: string,
    keep?: (token: string) => void,
  ): Promise<FetchReply> {
    const url = `${this.url}${path}`;
    const login = known === undefined ? {} : { authorization: `Bearer ${known}` };
    const first = await this.#send(method, url, login, headers, body);
    const challenge = first.headers['www-authenticate'];
    if (first.status !== 401 || challenge === undefined) return first;
    const token = await this.#token(challenge);
    keep?.(token);
    return this.#send(method, url, { authorization: `Bearer ${token}` }, headers, body);
  }

  async #token(challenge: string): Promise<string> {
    const part = (name: string): string => new RegExp(`${name}="([^"]*)"`).exec(challenge)?.[1] ?? '';
    const url = new URL(part('realm'));
    url.searchParams.set('service', part('service'));
    if (part('scope') !== '') url.searchParams.set('scope', part('scope'));
    const reply = checked(await this.#send('GET', url.href, this.#credentials(), {}));
    return String(JSON.parse(reply.body.toString()).token);
  }

  #credentials(): Record<string, string> {
    const { secret, username = '', password = '' } = this.#access;
    if (secret !== undefined) return { authorization: `Harbor-Secret ${secret}` };
    return { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` };
  }

  #send(
    method: string,
    url: string,
    login: Record<string, string>,
    headers: Record<string, string>,
    body?: string | Buffer,
  ): Promise<FetchReply> {
    return this.#fetch({
      method,
      url,
      headers: { 'user-agent': 'harbor-registry-client', ...headers, ...login },
      insecure: this.#access.insecure,
      ...(body === undefined ? {} : { body }),
    });
  }
}

function checked(reply: FetchReply): FetchReply {
  if (reply.status >= 400) throw new RegistryError(reply.status, reply.body.toString());
  return reply;
}
