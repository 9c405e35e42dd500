import type { HttpRequest } from '../../../src/module/index.ts';
import type {
  Component,
  ConfigurationItem,
  Endpoint,
  EndpointSettings,
  Generation,
  Member,
  MemberRole,
  Project,
  Quota,
  Repository,
  Robot,
  RobotPermission,
  Rule,
  RuleSettings,
  Run,
  ServerInfo,
  Tag,
  User,
} from './model.ts';

/** The outcome of asking a Harbor to reach an endpoint. */
export type Ping =
  | { readonly reached: true }
  | {
      readonly reached: false;
      /** `unknown`: this generation does not say. */
      readonly cause: 'unreachable' | 'certificate' | 'credentials' | 'unknown';
      readonly message: string;
    };

/**
 * Everything that only looks, over either generation. Lists are complete: paging is followed. What the
 * generation lacks answers empty or undefined, never with an error. Every method throws HarborError for an
 * answer that is none of the documented ones.
 */
export interface HarborReads {
  readonly generation: Generation;
  readonly server: ServerInfo;
  health(): Promise<readonly Component[]>;
  projects(): Promise<readonly Project[]>;
  project(name: string): Promise<Project | undefined>;
  members(projectId: number): Promise<readonly Member[]>;
  quota(projectId: number): Promise<Quota | undefined>;
  repositories(project: Project): Promise<readonly Repository[]>;
  /** Tags of a repository (`example/tomcat-web`), empty where there is no such repository. */
  tags(repository: string): Promise<readonly Tag[]>;
  endpoints(): Promise<readonly Endpoint[]>;
  /** With the stored password. */
  pingStored(endpointId: number): Promise<Ping>;
  pingWith(endpoint: EndpointSettings, password: string): Promise<Ping>;
  rules(): Promise<readonly Rule[]>;
  /** Runs of a rule that began at or after `since` (milliseconds since 1970), newest first. */
  runs(ruleId: number, since?: number): Promise<readonly Run[]>;
  users(): Promise<readonly User[]>;
  /** Whether the password is the user's; one attempt, which counts for Harbor's lock-out. */
  passwordFits(username: string, password: string): Promise<boolean>;
  /** @param only those of the system, or of one project; all unless given */
  robots(only?: 'system' | Project): Promise<readonly Robot[]>;
  configuration(): Promise<Readonly<Record<string, ConfigurationItem>>>;
}

/**
 * The exchanges that change something, as data for `request` steps. Pure: the same arguments give the same
 * request. Throws ParamsError for what the generation does not have, naming the generation.
 */
export interface HarborRequests {
  readonly generation: Generation;
  /** The endpoint as this generation gives it back once it is stored: compare with this. */
  normalEndpoint(endpoint: EndpointSettings): EndpointSettings;
  /** The rule as this generation gives it back once it is stored: compare with this. */
  normalRule(rule: RuleSettings): RuleSettings;
  createProject(name: string, metadata: Readonly<Record<string, string>>, storageLimit?: number): HttpRequest;
  updateProject(project: Project, metadata: Readonly<Record<string, string>>): HttpRequest;
  deleteProject(project: Project): HttpRequest;
  updateQuota(quota: Quota, storageLimit: number): HttpRequest;
  addMember(projectId: number, member: { name: string; kind: Member['kind']; role: MemberRole }): HttpRequest;
  updateMember(projectId: number, memberId: number, role: MemberRole): HttpRequest;
  removeMember(projectId: number, memberId: number): HttpRequest;
  deleteRepository(repository: string): HttpRequest;
  /** 2.x: the artifact under that tag goes, with all its tags, as 1.5 does it. */
  deleteTag(repository: string, tag: string): HttpRequest;
  createEndpoint(endpoint: EndpointSettings, password: string): HttpRequest;
  /** Sends the password only where one is given: an endpoint keeps its own otherwise. */
  updateEndpoint(id: number, endpoint: EndpointSettings, password?: string): HttpRequest;
  deleteEndpoint(id: number): HttpRequest;
  /** `project`: needed on 1.5, where a rule refers to its project by number. */
  createRule(
    rule: RuleSettings,
    endpointId: number,
    projects: readonly Project[],
    existing: boolean,
  ): HttpRequest;
  updateRule(
    current: Rule,
    rule: RuleSettings,
    endpointId: number,
    projects: readonly Project[],
  ): HttpRequest;
  deleteRule(id: number): HttpRequest;
  /** Starts a run of a rule over everything it matches. */
  startRun(ruleId: number): HttpRequest;
  createUser(user: Omit<User, 'id' | 'administrator'>, password: string): HttpRequest;
  updateUser(id: number, user: Omit<User, 'id' | 'administrator'>): HttpRequest;
  setAdministrator(id: number, administrator: boolean): HttpRequest;
  setPassword(id: number, password: string, oldPassword?: string): HttpRequest;
  deleteUser(id: number): HttpRequest;
  createRobot(robot: RobotSettings, secret?: string): HttpRequest;
  updateRobot(current: Robot, robot: RobotSettings): HttpRequest;
  setRobotSecret(id: number, secret: string): HttpRequest;
  deleteRobot(id: number): HttpRequest;
  updateConfiguration(values: Readonly<Record<string, string | number | boolean>>): HttpRequest;
}

export interface RobotSettings {
  readonly name: string;
  readonly description: string;
  readonly level: Robot['level'];
  readonly duration: number;
  readonly disabled: boolean;
  readonly permissions: readonly RobotPermission[];
}
