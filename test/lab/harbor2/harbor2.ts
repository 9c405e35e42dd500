// A Harbor 2.15 to test against: its API, its registry, its replication, in this process.

import { join } from 'node:path';
import { blobsInFolder, blobsInMemory } from './server/blobs.ts';
import type { Harbor, Settings } from './server/harbor.ts';
import type { Exchange } from './server/http.ts';
import { deleteArtifact, linkBlob, putManifest, requireArtifact } from './server/images.ts';
import { type Listener, listen, type Tls } from './server/listen.ts';
import { Login } from './server/login.ts';
import { Replication } from './server/replication/replication.ts';
import { answer } from './server/router.ts';
import type { State } from './server/state.ts';
import { type Store, storeInFolder, storeInMemory } from './server/store.ts';

export type { Settings } from './server/harbor.ts';
export type { Exchange } from './server/http.ts';
export type { State } from './server/state.ts';

export interface Harbor2Options {
  /** Default 127.0.0.1. */
  readonly address?: string;
  /** 0, the default, takes any free one. */
  readonly port?: number;
  /** Default `Harbor12345`. */
  readonly adminPassword?: string;
  /** HTTPS with this certificate and key (PEM). */
  readonly tls?: Tls;
  /** What it calls itself; by default where it listens. */
  readonly url?: string;
  /** Keep state and blobs in this folder; by default only in memory. */
  readonly folder?: string;
  readonly settings?: Partial<Settings>;
  /** Sees every exchange before its answer goes out; throw nothing in it. */
  readonly onExchange?: (exchange: Exchange) => void;
}

export interface Harbor2 {
  /** Without a slash at its end; the same after stop and start. */
  readonly url: string;
  /** All it knows; tests may look, and may change what a person could. */
  readonly state: State;
  /** How it behaves; may be changed while it runs. */
  readonly settings: Settings;
  /**
   * Pushes an image of one layer, as a client with all rights.
   *
   * @param repository with its project, which must exist
   * @param content of the layer: the same content gives the same digest
   * @returns the digest
   */
  push(repository: string, tag: string, content: string): string;
  /** Deletes an artifact with all its tags, as the API does. */
  remove(repository: string, reference: string): void;
  /** The digest under a tag, undefined where there is none. */
  digest(repository: string, tag: string): string | undefined;
  /** Until no replication started here runs any more. */
  settled(): Promise<void>;
  /** As if the machine went down: the port is closed, every connection cut, running jobs are lost. */
  stop(): Promise<void>;
  /** Up again, at the same place with the same state. */
  start(): Promise<void>;
}

const defaults: Settings = {
  version: 'v2.15.2-080b0220',
  lockMs: 1500,
  retryPausesMs: [200, 400],
  failingTasks: 0,
  taskMs: 0,
  unhealthy: {},
  configurationFixed: false,
};

/** Starts one. Stop it at the end of the test. */
export async function startHarbor2(options: Harbor2Options = {}): Promise<Harbor2> {
  const settings: Settings = { ...defaults, ...options.settings };
  const store = openStore(options);
  const { folder } = options;
  const place = { port: options.port ?? 0, url: options.url ?? '' };
  const harbor: { -readonly [Key in keyof Harbor]: Harbor[Key] } = {
    state: store.state,
    blobs: folder === undefined ? blobsInMemory() : blobsInFolder(join(folder, 'blobs')),
    login: new Login(store.state, settings),
    replication: new Replication(() => harbor),
    url: () => place.url,
    settings,
    now,
  };
  let listener: Listener | undefined;
  let saving: NodeJS.Timeout | undefined;
  const start = async (): Promise<void> => {
    harbor.replication = new Replication(() => harbor);
    endLost(store.state);
    listener = await listenFor(harbor, store, options, place.port);
    place.port = listener.port;
    if (place.url === '') place.url = urlOf(options, listener.port);
    harbor.replication.reschedule();
    // What replication changes in the background is kept too, though not at once.
    saving = setInterval(store.save, 500).unref();
  };
  await start();
  return {
    get url() {
      return place.url;
    },
    state: store.state,
    settings,
    push: (repository, tag, content) => pushInto(harbor, repository, tag, content),
    remove: (repository, reference) =>
      deleteArtifact(harbor, repository, requireArtifact(harbor.state, repository, reference)),
    digest: (repository, tag) => digestAt(harbor.state, repository, tag),
    settled: () => harbor.replication.settled(),
    async stop() {
      harbor.replication.switchOff();
      clearInterval(saving);
      await listener?.stop();
      listener = undefined;
      store.save();
    },
    start,
  };
}

function openStore({ folder, adminPassword = 'Harbor12345' }: Harbor2Options): Store {
  return folder === undefined
    ? storeInMemory(adminPassword, now())
    : storeInFolder(folder, adminPassword, now());
}

function listenFor(harbor: Harbor, store: Store, options: Harbor2Options, port: number): Promise<Listener> {
  return listen((request) => answer(harbor, request), {
    address: options.address ?? '127.0.0.1',
    port,
    tls: options.tls,
    onExchange(exchange) {
      // What was answered is kept, whatever happens next.
      if (exchange.request.method !== 'GET' && exchange.request.method !== 'HEAD') store.save();
      options.onExchange?.(exchange);
    },
  });
}

function urlOf({ address = '127.0.0.1', tls }: Harbor2Options, port: number): string {
  const usual = port === (tls === undefined ? 80 : 443);
  return `${tls === undefined ? 'http' : 'https'}://${address}${usual ? '' : `:${port}`}`;
}

function now(): string {
  return new Date().toISOString();
}

// Jobs that ran when it went down do not go on.
function endLost(state: State): void {
  for (const item of [...state.tasks, ...state.executions]) {
    if (item.status !== 'InProgress' && item.status !== 'Pending') continue;
    item.status = 'Failed';
    item.ended = now();
  }
}

function pushInto(harbor: Harbor, repository: string, tag: string, content: string): string {
  const project = harbor.state.projects.find((one) => one.name === repository.split('/')[0]);
  if (project === undefined) throw new Error(`there is no project for ${repository}`);
  const layer = Buffer.from(content);
  const blobOf = (bytes: Buffer, mediaType: string) => {
    const digest = harbor.blobs.write(bytes);
    linkBlob(harbor.state, digest, bytes.length, repository);
    return { mediaType, size: bytes.length, digest };
  };
  const layerBlob = blobOf(layer, 'application/vnd.docker.image.rootfs.diff.tar');
  const config = {
    architecture: 'amd64',
    os: 'linux',
    rootfs: { type: 'layers', diff_ids: [layerBlob.digest] },
  };
  const mediaType = 'application/vnd.docker.distribution.manifest.v2+json';
  const manifest = {
    schemaVersion: 2,
    mediaType,
    config: blobOf(Buffer.from(JSON.stringify(config)), 'application/vnd.docker.container.image.v1+json'),
    layers: [layerBlob],
  };
  return putManifest(harbor, project, repository, tag, {
    mediaType,
    bytes: Buffer.from(JSON.stringify(manifest)),
  }).digest;
}

function digestAt(state: State, repository: string, tag: string): string | undefined {
  const id = state.repositories.find((one) => one.name === repository)?.id;
  return state.artifacts.find((one) => one.repositoryId === id && one.tags.some(({ name }) => name === tag))
    ?.digest;
}
