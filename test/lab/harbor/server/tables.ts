// The database of the stand-in behind a narrow interface: rows of Harbor 1.5.4's `registry` schema, found by equality.
// Filtering, sorting and paging are done by the callers, so that memory and MySQL cannot differ in them.

export interface ProjectRow {
  readonly project_id: number;
  readonly owner_id: number;
  readonly name: string;
  readonly creation_time: string;
  readonly update_time: string;
  readonly deleted: number;
}

interface MetadataRow {
  readonly id: number;
  readonly project_id: number;
  readonly name: string;
  readonly value: string;
  readonly deleted: number;
}

export interface MemberRow {
  readonly id: number;
  readonly project_id: number;
  readonly entity_id: number;
  readonly entity_type: string;
  readonly role: number;
}

export interface UserRow {
  readonly user_id: number;
  readonly username: string;
  readonly email: string;
  readonly password: string;
  readonly realname: string;
  readonly comment: string | null;
  readonly deleted: number;
  readonly reset_uuid: string | null;
  readonly salt: string | null;
  readonly sysadmin_flag: number;
  readonly creation_time: string;
  readonly update_time: string;
}

export interface RepositoryRow {
  readonly repository_id: number;
  readonly name: string;
  readonly project_id: number;
  readonly description: string | null;
  readonly pull_count: number;
  readonly star_count: number;
  readonly creation_time: string;
  readonly update_time: string;
}

export interface AccessLogRow {
  readonly log_id: number;
  readonly username: string;
  readonly project_id: number;
  readonly repo_name: string;
  readonly repo_tag: string;
  readonly GUID: string | null;
  readonly operation: string;
  readonly op_time: string;
}

export interface TargetRow {
  readonly id: number;
  readonly name: string;
  readonly url: string;
  readonly username: string | null;
  readonly password: string | null;
  readonly target_type: number;
  readonly insecure: number;
  readonly creation_time: string;
  readonly update_time: string;
}

export interface PolicyRow {
  readonly id: number;
  readonly name: string;
  readonly project_id: number;
  readonly target_id: number;
  readonly enabled: number;
  readonly description: string;
  readonly deleted: number;
  readonly cron_str: string;
  readonly filters: string;
  readonly replicate_deletion: number;
  readonly creation_time: string;
  readonly update_time: string;
}

export interface JobRow {
  readonly id: number;
  readonly status: string;
  readonly policy_id: number;
  readonly repository: string;
  readonly operation: string;
  readonly tags: string | null;
  readonly job_uuid: string | null;
  readonly creation_time: string;
  readonly update_time: string;
}

interface WatchRow {
  readonly id: number;
  readonly policy_id: number;
  readonly namespace: string;
  readonly on_push: number;
  readonly on_deletion: number;
}

export interface LabelRow {
  readonly id: number;
  readonly name: string;
  readonly description: string | null;
  readonly color: string | null;
  readonly level: string;
  readonly scope: string;
  readonly project_id: number;
  readonly creation_time: string;
  readonly update_time: string;
}

export interface ResourceLabelRow {
  readonly id: number;
  readonly label_id: number;
  readonly resource_id: number | null;
  readonly resource_name: string | null;
  readonly resource_type: string;
}

interface PropertyRow {
  readonly id: number;
  readonly k: string;
  readonly v: string;
}

export interface Schema {
  readonly project: ProjectRow;
  readonly project_metadata: MetadataRow;
  readonly project_member: MemberRow;
  readonly user: UserRow;
  readonly repository: RepositoryRow;
  readonly access_log: AccessLogRow;
  readonly replication_target: TargetRow;
  readonly replication_policy: PolicyRow;
  readonly replication_job: JobRow;
  readonly replication_immediate_trigger: WatchRow;
  readonly harbor_label: LabelRow;
  readonly harbor_resource_label: ResourceLabelRow;
  readonly properties: PropertyRow;
  readonly alembic_version: { readonly version_num: string };
}

export type TableName = keyof Schema;

export interface Tables {
  /** Rows whose columns equal those of `where`, in the order of the primary key. */
  select<T extends TableName>(table: T, where?: Partial<Schema[T]>): Promise<Schema[T][]>;
  /** Adds a row; columns left out get the schema's default. Returns the new row's number. Throws on a duplicate or a value that does not fit. */
  insert<T extends TableName>(table: T, row: Partial<Schema[T]>): Promise<number>;
  /** Changes the rows that match; returns how many matched. */
  update<T extends TableName>(table: T, where: Partial<Schema[T]>, set: Partial<Schema[T]>): Promise<number>;
  /** Deletes the rows that match; returns how many. */
  remove<T extends TableName>(table: T, where: Partial<Schema[T]>): Promise<number>;
}

/** The first row that matches, if there is one. */
export async function find<T extends TableName>(
  tables: Tables,
  table: T,
  where: Partial<Schema[T]>,
): Promise<Schema[T] | undefined> {
  return (await tables.select(table, where))[0];
}

/** How MySQL writes a moment: `2026-11-22 11:26:51`, in UTC. */
export function sqlTime(moment: Date): string {
  return moment.toISOString().slice(0, 19).replace('T', ' ');
}

/** MySQL's moment as Harbor's API writes it: `2026-11-22T11:26:51Z`. */
export function apiTime(stored: string): string {
  return `${stored.replace(' ', 'T')}Z`;
}
