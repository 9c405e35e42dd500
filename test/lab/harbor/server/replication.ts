// Replication: which policies an event concerns, what they copy, and the jobs that do it.

import { decrypt } from './crypto.ts';
import { type Harbor, textSetting } from './harbor.ts';
import { messageOf } from './log.ts';
import { find, type PolicyRow, sqlTime } from './tables.ts';

export interface Trigger {
  readonly kind: 'Immediate' | 'Scheduled' | 'Manual';
  readonly schedule_param: {
    readonly type: 'Daily' | 'Weekly';
    readonly weekday: number;
    readonly offtime: number;
  } | null;
}

export interface Filter {
  readonly kind: string;
  readonly pattern: string;
}

export type Operation = 'transfer' | 'delete';

interface Image {
  readonly repository: string;
  readonly tag: string;
}

/** A policy's trigger; undefined for the row that a POST without trigger left behind. */
export function triggerOf(policy: PolicyRow): Trigger | undefined {
  return policy.cron_str ? (JSON.parse(policy.cron_str) as Trigger) : undefined;
}

export function filtersOf(policy: PolicyRow): Filter[] {
  return policy.filters ? (JSON.parse(policy.filters) as Filter[]) : [];
}

/** Sets what starts a policy by itself: an entry of the watch list, or a periodic job. */
export async function setTrigger(
  harbor: Harbor,
  policyId: number,
  namespace: string,
  trigger: Trigger,
  deletions: boolean,
): Promise<void> {
  if (trigger.kind === 'Immediate') {
    const watch = { policy_id: policyId, namespace, on_push: 1, on_deletion: deletions ? 1 : 0 };
    await harbor.tables.insert('replication_immediate_trigger', watch);
  }
  if (trigger.kind === 'Scheduled') await schedule(harbor, policyId, trigger);
}

/** Takes back what setTrigger set. */
export async function unsetTrigger(harbor: Harbor, policyId: number, trigger: Trigger): Promise<void> {
  if (trigger.kind === 'Immediate') {
    await harbor.tables.remove('replication_immediate_trigger', { policy_id: policyId });
  }
  if (trigger.kind !== 'Scheduled') return;
  for (const job of await harbor.tables.select('replication_job', {
    policy_id: policyId,
    operation: 'schedule',
  })) {
    await harbor.jobs.stop(job.job_uuid ?? '').catch((error: unknown) => {
      if (!messageOf(error).includes('code 404')) throw error;
    });
    await harbor.tables.remove('replication_job', { id: job.id });
  }
}

/** Starts the policies that watch a project, for one image. */
export async function onImageEvent(
  harbor: Harbor,
  repository: string,
  tag: string,
  operation: Operation,
): Promise<void> {
  const namespace = repository.split('/')[0] ?? '';
  const watched = operation === 'transfer' ? { namespace, on_push: 1 } : { namespace, on_deletion: 1 };
  for (const watch of await harbor.tables.select('replication_immediate_trigger', watched)) {
    await replicate(harbor, watch.policy_id, [{ repository, tag }], operation);
  }
}

/**
 * Runs a policy: one job for each repository.
 *
 * @param images what to copy; left out, all of the policy's project
 */
export async function replicate(
  harbor: Harbor,
  policyId: number,
  images?: readonly Image[],
  operation: Operation = 'transfer',
): Promise<void> {
  const policy = await find(harbor.tables, 'replication_policy', { id: policyId, deleted: 0 });
  if (policy === undefined) throw new Error(`policy ${policyId} not found`);
  const candidates = images ?? (await imagesOfProject(harbor, policy.project_id));
  const filters = filtersOf(policy);
  const tagsOf = new Map<string, string[]>();
  for (const { repository, tag } of candidates.filter((image) => passes(image, filters))) {
    tagsOf.set(repository, [...(tagsOf.get(repository) ?? []), tag]);
  }
  for (const [repository, tags] of tagsOf) await submit(harbor, policy, repository, tags, operation);
}

async function submit(
  harbor: Harbor,
  policy: PolicyRow,
  repository: string,
  tags: readonly string[],
  operation: Operation,
): Promise<void> {
  const target = await find(harbor.tables, 'replication_target', { id: policy.target_id });
  if (target === undefined) throw new Error(`target ${policy.target_id} not found`);
  const time = sqlTime(harbor.now());
  const row = {
    policy_id: policy.id,
    repository,
    operation,
    tags: tags.join(','),
    status: 'pending',
    creation_time: time,
    update_time: time,
  };
  const id = await harbor.tables.insert('replication_job', row);
  const source = { src_registry_url: await textSetting(harbor, 'ext_endpoint'), src_registry_insecure: true };
  const uuid = await harbor.jobs.submit({
    name: operation === 'transfer' ? 'IMAGE_TRANSFER' : 'IMAGE_DELETE',
    parameters: {
      repository,
      tags,
      ...(operation === 'transfer' ? source : {}),
      dst_registry_url: target.url,
      dst_registry_insecure: target.insecure === 1,
      dst_registry_username: target.username ?? '',
      dst_registry_password: target.password ? decrypt(target.password, harbor.secretKey) : '',
    },
    metadata: { kind: 'Generic' },
    status_hook: await hookUrl(harbor, id),
  });
  await harbor.tables.update('replication_job', { id }, { job_uuid: uuid });
}

async function schedule(harbor: Harbor, policyId: number, { schedule_param: when }: Trigger): Promise<void> {
  if (when === null) throw new Error('empty schedule_param');
  const seconds = when.offtime % 86_400;
  const day = when.type === 'Weekly' ? when.weekday % 7 : '*';
  const time = sqlTime(harbor.now());
  const row = {
    policy_id: policyId,
    repository: 'N/A',
    operation: 'schedule',
    status: 'pending',
    tags: '',
    creation_time: time,
    update_time: time,
  };
  const id = await harbor.tables.insert('replication_job', row);
  try {
    const uuid = await harbor.jobs.submit({
      name: 'IMAGE_REPLICATE',
      parameters: { policy_id: policyId, url: await textSetting(harbor, 'ui_url'), insecure: true },
      metadata: {
        kind: 'Periodic',
        cron_spec: `${seconds % 60} ${Math.floor(seconds / 60) % 60} ${Math.floor(seconds / 3600)} * * ${day}`,
      },
      status_hook: await hookUrl(harbor, id),
    });
    await harbor.tables.update('replication_job', { id }, { job_uuid: uuid });
  } catch (error) {
    await harbor.tables.remove('replication_job', { id });
    throw error;
  }
}

async function hookUrl(harbor: Harbor, jobId: number): Promise<string> {
  return `${await textSetting(harbor, 'ui_url')}/service/notifications/jobs/replication/${jobId}`;
}

async function imagesOfProject(harbor: Harbor, projectId: number): Promise<Image[]> {
  const repositories = await harbor.tables.select('repository', { project_id: projectId });
  const images: Image[] = [];
  for (const { name } of repositories.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    for (const tag of await harbor.registry.tags(name)) images.push({ repository: name, tag });
  }
  return images;
}

function passes({ repository, tag }: Image, filters: readonly Filter[]): boolean {
  return filters.every(({ kind, pattern }) => {
    if (kind === 'repository') return matchPattern(pattern, repository.split('/').slice(1).join('/'));
    return kind !== 'tag' || matchPattern(pattern, tag);
  });
}

/** Go's filepath.Match: `*` and `?` do not cross a slash. */
export function matchPattern(pattern: string, name: string): boolean {
  const source = pattern.replace(
    /\\(.)|\[\^?[^\]]*\]|[*?]|[.+^${}()|\]\\]/g,
    (part: string, escaped?: string) => {
      if (escaped !== undefined) return `\\${escaped}`;
      if (part === '*') return '[^/]*';
      if (part === '?') return '[^/]';
      return part.startsWith('[') ? part : `\\${part}`;
    },
  );
  return new RegExp(`^${source}$`).test(name);
}
