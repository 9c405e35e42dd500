/** What a Harbor holds, in words that fit both API generations; ids are the server's own numbers. */

/** `1.5`: the API under /api (Harbor 1.5). `2`: the API under /api/v2.0 (Harbor 2.x). */
export type Generation = '1.5' | '2';

export interface ServerInfo {
  readonly generation: Generation;
  /** As the server says it: `v1.5.4-4f50c5d6`. Empty where it says none to this user. */
  readonly version: string;
  readonly readOnly: boolean;
  /** `db_auth`, `ldap_auth`, … */
  readonly authMode: string;
}

export interface Component {
  readonly name: string;
  readonly healthy: boolean;
  readonly error?: string;
}

export interface Project {
  readonly id: number;
  readonly name: string;
  readonly repositoryCount: number;
  /** Harbor's own keys and texts: `public`, `enable_content_trust`, `prevent_vul`, `severity`, `auto_scan`, … */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Bytes; -1 is without limit. Only 2.x has quotas. */
export interface Quota {
  readonly id: number;
  readonly storageLimit: number;
  readonly storageUsed: number;
}

export type MemberRole = 'project_admin' | 'maintainer' | 'developer' | 'guest' | 'limited_guest';

export interface Member {
  readonly id: number;
  readonly name: string;
  readonly kind: 'user' | 'group';
  readonly role: MemberRole;
}

export interface Repository {
  /** With its project: `example/tomcat-web`. */
  readonly name: string;
}

export interface Tag {
  readonly name: string;
  /** `sha256:…` of the manifest. */
  readonly digest: string;
}

/** A target of 1.5, a registry of 2.x. The password is never readable. */
export interface EndpointSettings {
  readonly name: string;
  readonly url: string;
  readonly username: string;
  readonly insecure: boolean;
  /** PEM text; 2.15 and later. */
  readonly ca?: string;
}

export interface Endpoint extends EndpointSettings {
  readonly id: number;
}

export type Trigger =
  | { readonly kind: 'immediate' }
  | { readonly kind: 'manual' }
  /** Six fields, seconds first, in UTC. 1.5 knows daily (`0 30 2 * * *`) and weekly (`0 30 2 * * 1`) times only. */
  | { readonly kind: 'scheduled'; readonly cron: string };

export interface RuleSettings {
  readonly name: string;
  readonly description: string;
  /** 1.5 has no switch: always true. */
  readonly enabled: boolean;
  /** Pull is of 2.x. */
  readonly direction: 'push' | 'pull';
  /** Exactly one on 1.5. */
  readonly projects: readonly string[];
  /** Pattern on the repository's name without its project; undefined = all. */
  readonly repository?: string;
  /** Pattern on the tag; undefined = all. */
  readonly tag?: string;
  /** All of them must be on the image; 2.x. */
  readonly labels?: readonly string[];
  readonly trigger: Trigger;
  readonly replicateDeletion: boolean;
  /** 1.5 always overrides. */
  readonly override: boolean;
  /** KiB a second for each job, 0 = as fast as it goes; 2.x. */
  readonly speed: number;
}

export interface Rule extends RuleSettings {
  readonly id: number;
  readonly endpointId: number;
  /** Why the rule cannot be used or changed through the API (1.5: stored without a trigger). */
  readonly broken?: string;
  /** The server's own object: an update sends back what is not ours. */
  readonly raw: Readonly<Record<string, unknown>>;
}

/** One job of 1.5 (a repository of a rule), one execution of 2.x (a run of a rule). */
export interface Run {
  readonly id: number;
  readonly ruleId: number;
  /** `error` of 1.5 is not final: its jobservice may try again. */
  readonly status: 'pending' | 'running' | 'finished' | 'error' | 'stopped';
  /** The server's own word. */
  readonly serverStatus: string;
  readonly operation?: string;
  readonly repository?: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly updatedAt?: number;
  /** 2.x: set once it ended. */
  readonly endedAt?: number;
  readonly message?: string;
}

export interface User {
  readonly id: number;
  readonly name: string;
  readonly email: string;
  readonly realName: string;
  readonly comment: string;
  readonly administrator: boolean;
}

export interface RobotPermission {
  /** Project name, or `/` for the system, or `*` for all projects. */
  readonly namespace: string;
  readonly access: readonly { readonly resource: string; readonly action: string }[];
}

export interface Robot {
  readonly id: number;
  /** With the server's prefix: `robot$ci`, `robot$example+ci`. */
  readonly fullName: string;
  readonly description: string;
  readonly level: 'system' | 'project';
  /** Days from its making, -1 = for ever. */
  readonly duration: number;
  readonly disabled: boolean;
  /** Seconds since 1970, -1 = never. */
  readonly expiresAt: number;
  readonly permissions: readonly RobotPermission[];
}

/** One entry of the configuration; `editable` is false where the environment fixes it. */
export interface ConfigurationItem {
  readonly value: string | number | boolean;
  readonly editable: boolean;
}
