// All that a Harbor knows, as plain data: kept in memory, written to a file where one is given.

import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';

export interface User {
  readonly id: number;
  name: string;
  email: string;
  realName: string;
  comment: string;
  administrator: boolean;
  salt: string;
  hash: string;
  readonly created: string;
  updated: string;
}

export interface Project {
  readonly id: number;
  readonly name: string;
  readonly ownerId: number;
  metadata: Record<string, string>;
  readonly created: string;
  updated: string;
}

export interface Quota {
  readonly id: number;
  readonly projectId: number;
  /** Bytes; -1 is without limit. */
  limit: number;
  readonly created: string;
  updated: string;
}

export interface Member {
  readonly id: number;
  readonly projectId: number;
  readonly entityId: number;
  readonly entityType: 'u' | 'g';
  /** 1 project admin, 2 developer, 3 guest, 4 maintainer, 5 limited guest. */
  role: number;
}

export interface Group {
  readonly id: number;
  readonly name: string;
  readonly type: number;
}

export interface Repository {
  readonly id: number;
  readonly projectId: number;
  /** With its project. */
  readonly name: string;
  description: string;
  pullCount: number;
  readonly created: string;
  updated: string;
}

export interface Tag {
  readonly id: number;
  readonly name: string;
  readonly pushed: string;
}

export interface Artifact {
  readonly id: number;
  readonly repositoryId: number;
  readonly digest: string;
  /** Of the manifest. */
  readonly mediaType: string;
  /** Of what the manifest describes. */
  readonly configMediaType: string;
  readonly size: number;
  /** Digests of the manifests an index holds. */
  readonly children: readonly string[];
  /** Digests of its blobs. */
  readonly blobs: readonly string[];
  tags: Tag[];
  labels: number[];
  readonly pushed: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface Registry {
  readonly id: number;
  name: string;
  description: string;
  type: string;
  url: string;
  insecure: boolean;
  caCertificate: string;
  credentialType: string;
  accessKey: string;
  accessSecret: string;
  status: 'healthy' | 'unhealthy';
  readonly created: string;
  updated: string;
}

export interface Filter {
  readonly type: string;
  readonly value: unknown;
  readonly decoration: string;
}

export interface Policy {
  readonly id: number;
  name: string;
  description: string;
  /** 0 is this Harbor itself. */
  sourceId: number;
  destinationId: number;
  namespace: string;
  replaceCount: number;
  trigger: { readonly type: string; readonly cron?: string | undefined } | null;
  filters: readonly Filter[];
  deletion: boolean;
  override: boolean;
  enabled: boolean;
  speed: number;
  copyByChunk: boolean;
  singleActive: boolean;
  readonly created: string;
  updated: string;
}

export type RunStatus = 'InProgress' | 'Succeed' | 'Failed' | 'Stopped';

export interface Execution {
  readonly id: number;
  readonly policyId: number;
  status: RunStatus;
  statusText: string;
  readonly trigger: 'manual' | 'scheduled' | 'event_based';
  readonly started: string;
  ended?: string | undefined;
}

export interface Task {
  readonly id: number;
  readonly executionId: number;
  status: 'Pending' | RunStatus;
  readonly jobId: string;
  readonly operation: 'copy' | 'deletion' | 'tag deletion';
  readonly source: string;
  readonly destination: string;
  started: string;
  ended?: string | undefined;
  log: string;
}

export interface Access {
  readonly resource: string;
  readonly action: string;
  readonly effect?: string | undefined;
}

export interface RobotPermission {
  readonly kind: string;
  readonly namespace: string;
  readonly access: readonly Access[];
}

export interface Robot {
  readonly id: number;
  /** Without prefix; of a project robot `project+name`. */
  readonly name: string;
  description: string;
  readonly level: 'system' | 'project';
  readonly projectId: number;
  duration: number;
  disabled: boolean;
  expiresAt: number;
  salt: string;
  hash: string;
  permissions: readonly RobotPermission[];
  readonly creator: number;
  readonly created: string;
  updated: string;
}

export interface Label {
  readonly id: number;
  name: string;
  description: string;
  color: string;
  readonly scope: 'g' | 'p';
  readonly projectId: number;
  readonly created: string;
  updated: string;
}

export interface State {
  lastIds: Record<string, number>;
  /** PEM text of the key that signs tokens. */
  readonly privateKey: string;
  users: User[];
  groups: Group[];
  projects: Project[];
  quotas: Quota[];
  members: Member[];
  repositories: Repository[];
  artifacts: Artifact[];
  /** Sizes of blobs and manifests, and the repositories that may read them. */
  blobs: Record<string, { readonly size: number; repositories: string[] }>;
  registries: Registry[];
  policies: Policy[];
  executions: Execution[];
  tasks: Task[];
  robots: Robot[];
  labels: Label[];
  configuration: Record<string, string | number | boolean>;
}

/** A Harbor at its first start: `admin` and the public project `library`. */
export function newState(adminPassword: string, now: string): State {
  const state: State = {
    lastIds: {},
    privateKey: newKey(),
    users: [],
    groups: [],
    projects: [],
    quotas: [],
    members: [],
    repositories: [],
    artifacts: [],
    blobs: {},
    registries: [],
    policies: [],
    executions: [],
    tasks: [],
    robots: [],
    labels: [],
    configuration: {},
  };
  const stamps = { created: now, updated: now };
  const admin = {
    name: 'admin',
    email: 'admin@example.com',
    realName: 'system admin',
    comment: 'admin user',
  };
  const id = nextId(state, 'user');
  state.users.push({ id, ...admin, administrator: true, ...hashed(adminPassword), ...stamps });
  // The anonymous user of Harbor's database has the second number.
  nextId(state, 'user');
  const projectId = nextId(state, 'project');
  state.projects.push({
    id: projectId,
    name: 'library',
    ownerId: id,
    metadata: { public: 'true' },
    ...stamps,
  });
  state.quotas.push({ id: nextId(state, 'quota'), projectId, limit: -1, ...stamps });
  state.members.push({ id: nextId(state, 'member'), projectId, entityId: id, entityType: 'u', role: 1 });
  return state;
}

/** The next number of a kind of thing. */
export function nextId(state: State, kind: string): number {
  const id = (state.lastIds[kind] ?? 0) + 1;
  state.lastIds[kind] = id;
  return id;
}

export function hashed(password: string): { salt: string; hash: string } {
  const salt = randomBytes(16).toString('hex');
  return { salt, hash: hashOf(password, salt) };
}

export function fits(password: string, stored: { readonly salt: string; readonly hash: string }): boolean {
  return hashOf(password, stored.salt) === stored.hash;
}

function hashOf(password: string, salt: string): string {
  return createHash('sha256').update(salt).update(password).digest('hex');
}

let key: string | undefined;

// One for all stand-ins of a process: making it takes long, and nothing depends on its being another.
function newKey(): string {
  key ??= generateKeyPairSync('rsa', { modulusLength: 2048 })
    .privateKey.export({ type: 'pkcs1', format: 'pem' })
    .toString();
  return key;
}
