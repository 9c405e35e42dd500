import { defineModule, quoteWord, type Step } from '../src/module/index.ts';
import { imageIds } from './lib/docker.ts';

export const dockerImage = defineModule({
  name: 'docker_image',
  summary: 'Have Docker images present on a host, from an archive or a registry, or absent.',
  notes: [
    'An image that is present is never loaded or pulled again unless `force_source` says so: a tag that moved in a registry is not looked up.',
  ],
  kind: 'state',
  background: true,
  params: {
    type: 'object',
    properties: {
      name: {
        anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }],
        description: 'Image reference `name:tag` (tag `latest` where left out), or a list of them.',
      },
      source: {
        type: 'string',
        enum: ['load', 'pull', 'local'],
        default: 'pull',
        description:
          'Where a missing image comes from: `load` an archive, `pull` from a registry, `local` = must be there.',
      },
      archive_path: {
        type: 'string',
        description:
          'With `source: load`: the archive on the host, as `docker save` writes it; may be compressed.',
      },
      force_source: {
        type: 'boolean',
        default: false,
        description: 'Load or pull even where the image is present.',
      },
      state: {
        type: 'string',
        enum: ['present', 'absent'],
        default: 'present',
        description: 'Whether it must be there.',
      },
      force_absent: {
        type: 'boolean',
        default: false,
        description: 'With `state: absent`: also while containers use it.',
      },
      timeout: {
        type: 'integer',
        minimum: 1,
        default: 1800,
        description: 'Seconds a load or pull may take.',
      },
    },
    required: ['name'],
  },
  examples: `- name: Harbor's images
  docker_image:
    name: [vmware/harbor-ui:v1.5.4, vmware/harbor-adminserver:v1.5.4]
    source: load
    archive_path: /opt/harbor/harbor.v1.5.4.tar.gz
- name: Redis
  docker_image:
    name: redis:3`,
  returns: { images: 'image id by reference, of those present before' },
  async read(host, params) {
    const wanted = namesOf(params.name);
    const ids = await imageIds(host, wanted);
    const missing = wanted.filter((name) => !ids.has(name));
    const archive =
      params.archive_path && missing.length > 0
        ? await host.stat(params.archive_path, { follow: true })
        : undefined;
    return { ids: Object.fromEntries(ids), archivePresent: archive?.type === 'file' };
  },
  plan(params, current) {
    const wanted = namesOf(params.name);
    const values = { images: current.ids };
    const present = wanted.filter((name) => name in current.ids);
    if (params.state === 'absent')
      return { steps: present.map((name) => removal(name, params.force_absent)), values };
    const needed = params.force_source ? wanted : wanted.filter((name) => !(name in current.ids));
    if (needed.length === 0) return { steps: [], values };
    const timeoutMs = params.timeout * 1000;
    if (params.source === 'pull') return { steps: needed.map((name) => pull(name, timeoutMs)), values };
    if (params.source === 'local')
      return { steps: [], failure: `not present on this host: ${needed.join(', ')}` };
    if (!params.archive_path) return { steps: [], failure: '`source: load` needs `archive_path`' };
    if (!current.archivePresent)
      return { steps: [], failure: `there is no archive ${params.archive_path} on this host` };
    return { steps: [load(params.archive_path, needed, timeoutMs)], values };
  },
});

function namesOf(name: string | readonly string[]): readonly string[] {
  return [name].flat().map((item) => (/[:@][^/]*$/.test(item) ? item : `${item}:latest`));
}

function load(archive: string, names: readonly string[], timeoutMs: number): Step {
  const check = names.map(quoteWord).join(' ');
  return {
    kind: 'run',
    summary: `load ${names.join(', ')} from ${archive}`,
    script: `docker load -i "$ARCHIVE" || exit
for image in ${check}; do
  docker image inspect --format . "$image" >/dev/null 2>&1 || { echo "the archive holds no image $image" >&2; missing=1; }
done
[ -z "\${missing-}" ]`,
    env: { ARCHIVE: archive },
    long: true,
    timeoutMs,
    predicts: names.map(predicted),
  };
}

function pull(name: string, timeoutMs: number): Step {
  const argv = ['docker', 'pull', name];
  return { kind: 'run', summary: `pull ${name}`, argv, long: true, timeoutMs, predicts: [predicted(name)] };
}

function removal(name: string, force: boolean): Step {
  const argv = ['docker', 'image', 'rm', ...(force ? ['--force'] : []), name];
  return { kind: 'run', summary: `remove image ${name}`, argv };
}

function predicted(name: string): { readonly kind: 'other'; readonly name: string } {
  return { kind: 'other', name: `image ${name}` };
}
