// The jobs themselves: copy the tags of a repository to another Harbor, delete them there, or start a policy.

import { type Fetcher, NetworkError } from '../fetcher.ts';
import type { JobRequest } from '../job-client.ts';
import { messageOf } from '../log.ts';
import { type Manifest, RegistryError } from '../registry.ts';
import { RemoteRegistry } from '../remote-registry.ts';

export type JobLog = (level: 'INFO' | 'WARNING' | 'ERROR', text: string) => Promise<void>;

export interface JobTools {
  readonly fetch: Fetcher;
  readonly jobserviceSecret: string;
  readonly write: JobLog;
}

export type Outcome =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: string; readonly again: boolean };

interface ImageParameters {
  readonly repository: string;
  readonly tags: readonly string[];
  readonly src_registry_url: string;
  readonly src_registry_insecure: boolean;
  readonly dst_registry_url: string;
  readonly dst_registry_insecure: boolean;
  readonly dst_registry_username: string;
  readonly dst_registry_password: string;
}

/** Runs a job. Only the failures where no answer came are worth another try. */
export async function runJob(job: JobRequest, tools: JobTools): Promise<Outcome> {
  try {
    if (job.name === 'IMAGE_REPLICATE') await startPolicy(job, tools);
    else if (job.name === 'IMAGE_DELETE')
      await deleteImages(job.parameters as unknown as ImageParameters, tools);
    else await transferImages(job.parameters as unknown as ImageParameters, tools);
    return { ok: true };
  } catch (error) {
    return { ok: false, reason: messageOf(error), again: error instanceof NetworkError };
  }
}

async function startPolicy(
  { parameters }: JobRequest,
  { fetch, jobserviceSecret, write }: JobTools,
): Promise<void> {
  const headers = { 'content-type': 'application/json', authorization: `Harbor-Secret ${jobserviceSecret}` };
  const body = JSON.stringify({ policy_id: parameters['policy_id'] });
  const reply = await fetch({ method: 'POST', url: `${parameters['url']}/api/replications`, headers, body });
  if (reply.status >= 400) throw new Error(`http error: code ${reply.status}, message ${reply.body}`);
  await write('INFO', 'the replication trigger request has been sent successfully');
}

async function transferImages(
  image: ImageParameters,
  { fetch, jobserviceSecret, write }: JobTools,
): Promise<void> {
  const source = new RemoteRegistry(fetch, {
    url: image.src_registry_url,
    secret: jobserviceSecret,
    insecure: image.src_registry_insecure,
  });
  const target = destination(image, fetch);
  const { repository } = image;
  const tags = image.tags.length > 0 ? image.tags : await source.tags(repository);
  await write(
    'INFO',
    `initialization completed: repository: ${repository}, tags: [${tags.join(' ')}], ` +
      `source registry: URL-${source.url} insecure-${image.src_registry_insecure}, ` +
      `destination registry: URL-${target.url} insecure-${image.dst_registry_insecure}`,
  );
  await createProject(repository, source, target, write);
  for (const tag of tags) {
    const manifest = await step(write, `pulling manifest of ${repository}:${tag} from source registry`, () =>
      source.manifest(repository, tag),
    );
    await write(
      'INFO',
      `manifest of ${repository}:${tag} pulled successfully from source registry: ${manifest.digest}`,
    );
    for (const digest of blobsOf(manifest))
      await transferBlob(`${repository}:${tag}`, digest, source, target, write);
    await pushManifest(repository, tag, manifest, target, write);
  }
}

async function createProject(
  repository: string,
  source: RemoteRegistry,
  target: RemoteRegistry,
  write: JobLog,
): Promise<void> {
  const name = repository.split('/')[0] ?? '';
  const found = await step(write, `get project ${name} from source registry`, async () => {
    const reply = await source.api('GET', `/api/projects?name=${name}`);
    if (reply.status >= 400) throw httpError(reply.status, reply.body);
    const projects = (JSON.parse(reply.body.toString()) ?? []) as {
      name: string;
      metadata: Record<string, string>;
    }[];
    return projects.find((project) => project.name === name);
  });
  const isPublic = found?.metadata['public'] === 'true';
  const body = { project_name: name, public: isPublic ? 1 : 0, metadata: { public: String(isPublic) } };
  const created = await step(write, `creating project ${name} on destination registry`, async () => {
    const reply = await target.api('POST', '/api/projects/', body);
    if (reply.status >= 400 && reply.status !== 409) throw httpError(reply.status, reply.body);
    return reply.status !== 409;
  });
  if (created) await write('INFO', `project ${name} is created on destination registry`);
  else
    await write(
      'WARNING',
      `the status code is 409 when creating project ${name} on destination registry, try to do next step`,
    );
}

async function transferBlob(
  image: string,
  digest: string,
  source: RemoteRegistry,
  target: RemoteRegistry,
  write: JobLog,
): Promise<void> {
  const repository = image.slice(0, image.lastIndexOf(':'));
  const there = await step(
    write,
    `checking existence of blob ${digest} of ${image} on destination registry`,
    () => target.hasBlob(repository, digest),
  );
  if (there)
    return write('INFO', `blob ${digest} of ${image} already exists on the destination registry, skip`);
  await write('INFO', `transferring blob ${digest} of ${image} to the destination registry ...`);
  await step(write, `transferring blob ${digest} of ${image} to the distination registry`, async () =>
    target.pushBlob(repository, digest, await source.blob(repository, digest)),
  );
  return write('INFO', `blob ${digest} of ${image} transferred to the destination registry completed`);
}

async function pushManifest(
  repository: string,
  tag: string,
  manifest: Manifest,
  target: RemoteRegistry,
  write: JobLog,
): Promise<void> {
  if ((await target.digest(repository, tag)) === manifest.digest) {
    return write(
      'INFO',
      `manifest of ${repository}:${tag} exists on the destination registry, skip manifest pushing`,
    );
  }
  await step(write, `pushing manifest of ${repository}:${tag} to the destination registry`, () =>
    target.pushManifest(repository, tag, manifest),
  );
  return write('INFO', `manifest of ${repository}:${tag} has been pushed to the destination registry`);
}

async function deleteImages(image: ImageParameters, { fetch, write }: JobTools): Promise<void> {
  const { repository, tags } = image;
  const target = destination(image, fetch);
  await write(
    'INFO',
    `initialization completed: repository: ${repository}, tags: [${tags.join(' ')}], ` +
      `destination URL: ${target.url}, insecure: ${image.dst_registry_insecure}`,
  );
  for (const tag of tags) {
    try {
      const reply = await target.api('DELETE', `/api/repositories/${repository}/tags/${tag}`);
      if (reply.status === 404) return await write('WARNING', `image ${repository}:${tag} not found`);
      if (reply.status >= 400) throw httpError(reply.status, reply.body);
    } catch (error) {
      await write('ERROR', `failed to delete image ${repository}:${tag}: ${messageOf(error)}`);
      throw error;
    }
    await write('INFO', `image ${repository}:${tag} has been deleted`);
  }
}

function destination(image: ImageParameters, fetch: Fetcher): RemoteRegistry {
  return new RemoteRegistry(fetch, {
    url: image.dst_registry_url,
    username: image.dst_registry_username,
    password: image.dst_registry_password,
    insecure: image.dst_registry_insecure,
  });
}

async function step<T>(write: JobLog, what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await write('ERROR', `an error occurred while ${what}: ${messageOf(error)}`);
    throw error;
  }
}

function blobsOf({ payload }: Manifest): string[] {
  const parsed = JSON.parse(payload) as { config?: { digest: string }; layers?: { digest: string }[] };
  return [
    ...(parsed.config ? [parsed.config.digest] : []),
    ...(parsed.layers ?? []).map((layer) => layer.digest),
  ];
}

function httpError(status: number, body: Buffer): RegistryError {
  const error = new RegistryError(status, body.toString());
  error.message = `http error: code ${status}, message ${body.toString().trim()}`;
  return error;
}
