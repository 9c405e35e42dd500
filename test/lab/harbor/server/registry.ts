// The registry behind Harbor, asked over its own API with tokens that the ui signs itself.

import type { Fetcher, FetchReply } from './fetcher.ts';
import { signToken } from './token.ts';

export const MANIFEST_V2 = 'application/vnd.docker.distribution.manifest.v2+json';
export const MANIFEST_V1 = 'application/vnd.docker.distribution.manifest.v1+json';

export interface Manifest {
  readonly digest: string;
  readonly mediaType: string;
  readonly payload: string;
}

export interface RegistryApi {
  catalog(): Promise<string[]>;
  /** Tags of a repository; of one that does not exist: none. */
  tags(repository: string): Promise<string[]>;
  manifest(repository: string, reference: string, mediaType?: string): Promise<Manifest | undefined>;
  blob(repository: string, digest: string): Promise<Buffer>;
  deleteManifest(repository: string, digest: string): Promise<void>;
}

/** An answer of the registry that is an error. */
export class RegistryError extends Error {
  readonly status: number;
  readonly detail: string;

  constructor(status: number, detail: string) {
    super(`${status} ${detail}`);
    this.status = status;
    this.detail = detail;
  }
}

export interface RegistryAccess {
  readonly url: () => Promise<string>;
  readonly fetch: Fetcher;
  /** The text of private_key.pem; throws where there is none. */
  readonly privateKey: () => Promise<string>;
  readonly now: () => Date;
}

/** The registry over HTTP. */
export class HttpRegistry implements RegistryApi {
  readonly #access: RegistryAccess;

  constructor(access: RegistryAccess) {
    this.#access = access;
  }

  async catalog(): Promise<string[]> {
    const repositories: string[] = [];
    for (let path: string | undefined = '/v2/_catalog?n=1000'; path !== undefined; ) {
      const reply: FetchReply = checked(await this.#ask('GET', path, 'registry catalog *'));
      repositories.push(...((JSON.parse(reply.body.toString()).repositories ?? []) as string[]));
      path = /<([^>]+)>;\s*rel="next"/.exec(reply.headers['link'] ?? '')?.[1];
    }
    return repositories;
  }

  async tags(repository: string): Promise<string[]> {
    const reply = await this.#ask('GET', `/v2/${repository}/tags/list`, `repository ${repository} pull`);
    if (reply.status === 404) return [];
    return (JSON.parse(checked(reply).body.toString()).tags ?? []) as string[];
  }

  async manifest(
    repository: string,
    reference: string,
    mediaType = MANIFEST_V2,
  ): Promise<Manifest | undefined> {
    const path = `/v2/${repository}/manifests/${reference}`;
    const reply = await this.#ask('GET', path, `repository ${repository} pull`, mediaType);
    if (reply.status === 404) return undefined;
    const { headers, body } = checked(reply);
    return {
      digest: headers['docker-content-digest'] ?? '',
      mediaType: headers['content-type'] ?? '',
      payload: body.toString(),
    };
  }

  async blob(repository: string, digest: string): Promise<Buffer> {
    const path = `/v2/${repository}/blobs/${digest}`;
    return checked(await this.#ask('GET', path, `repository ${repository} pull`)).body;
  }

  async deleteManifest(repository: string, digest: string): Promise<void> {
    const path = `/v2/${repository}/manifests/${digest}`;
    checked(await this.#ask('DELETE', path, `repository ${repository} pull,push,*`));
  }

  async #ask(method: string, path: string, scope: string, accept?: string): Promise<FetchReply> {
    const { url, fetch, privateKey, now } = this.#access;
    const [type = '', name = '', action = ''] = scope.split(' ');
    const actions = [{ type, name, actions: action.split(',') }];
    const { token } = signToken(await privateKey(), 'harbor-ui', actions, 30, now());
    const headers = { authorization: `Bearer ${token}`, ...(accept === undefined ? {} : { accept }) };
    return fetch({ method, url: `${await url()}${path}`, headers });
  }
}

function checked(reply: FetchReply): FetchReply {
  if (reply.status >= 400) throw new RegistryError(reply.status, reply.body.toString());
  return reply;
}
