// What the registry and the jobservice report to the ui.

import { type Handler, type Harbor, jsonBody, logAccess } from '../harbor.ts';
import { messageOf } from '../log.ts';
import { onImageEvent } from '../replication.ts';
import { addRepository } from '../sync.ts';
import { find, sqlTime } from '../tables.ts';
import { abort, done } from '../web.ts';

interface RegistryEvent {
  readonly action?: string;
  readonly target?: { readonly mediaType?: string; readonly repository?: string; readonly tag?: string };
  readonly request?: { readonly useragent?: string };
  readonly actor?: { readonly name?: string };
}

const MANIFEST = /^application\/vnd\.docker\.distribution\.manifest\.v\d\+(json|prettyjws)/;

export const fromRegistry: Handler = async ({ harbor, request }) => {
  let events: readonly RegistryEvent[];
  try {
    events = (JSON.parse(await request.text()).events ?? []) as readonly RegistryEvent[];
  } catch (error) {
    harbor.log('ERROR', `failed to decode notification: ${messageOf(error)}`);
    return done();
  }
  for (const event of events.filter(isCounted)) await handleEvent(harbor, event);
  return done();
};

// Only some clients count: a push by another one leaves no row and starts no replication.
function isCounted({ action, target, request }: RegistryEvent): boolean {
  if (!MANIFEST.test(target?.mediaType ?? '')) return false;
  const agent = request?.useragent ?? '';
  if (agent.startsWith('docker') || agent.startsWith('vic/')) return action === 'pull' || action === 'push';
  return agent.trim().toLowerCase() === 'harbor-registry-client' && action === 'push';
}

async function handleEvent(harbor: Harbor, { action = '', target, actor }: RegistryEvent): Promise<void> {
  const repository = target?.repository ?? '';
  const tag = target?.tag ?? '';
  const project = await find(harbor.tables, 'project', { name: repository.split('/')[0] ?? '', deleted: 0 });
  if (project === undefined) {
    harbor.log('WARNING', `project ${repository.split('/')[0]} not found`);
    return;
  }
  const { project_id } = project;
  logAccess(harbor, {
    username: actor?.name || 'anonymous',
    project_id,
    repo_name: repository,
    repo_tag: tag,
    operation: action,
  });
  const work = action === 'push' ? onPush(harbor, repository, tag, project_id) : onPull(harbor, repository);
  harbor.background(
    work.catch((error: unknown) =>
      harbor.log('ERROR', `${action} of ${repository}:${tag}: ${messageOf(error)}`),
    ),
  );
}

async function onPush(harbor: Harbor, repository: string, tag: string, projectId: number): Promise<void> {
  await addRepository(harbor, repository, projectId);
  await onImageEvent(harbor, repository, tag, 'transfer');
}

async function onPull(harbor: Harbor, name: string): Promise<void> {
  const row = await find(harbor.tables, 'repository', { name });
  if (row === undefined) throw new Error(`Failed to increase repository pull count with name: ${name}`);
  await harbor.tables.update(
    'repository',
    { name },
    { pull_count: row.pull_count + 1, update_time: sqlTime(harbor.now()) },
  );
}

const STATUSES: Readonly<Record<string, string>> = {
  Pending: 'pending',
  Running: 'running',
  Stopped: 'stopped',
  Cancelled: 'canceled',
  Error: 'error',
  Success: 'finished',
  Scheduled: 'scheduled',
};

export const fromJobservice: Handler = async (call) => {
  const { harbor, params } = call;
  const { status = '' } = await jsonBody<{ status: string }>(call, { status: 'string' });
  const known = STATUSES[status];
  if (known === undefined) return abort(200);
  await harbor.tables.update(
    'replication_job',
    { id: Number(params['id']) },
    { status: known, update_time: sqlTime(harbor.now()) },
  );
  return done();
};
