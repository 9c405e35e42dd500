import { CommandError, defineModule, type HostAccess, type Plan, type Step } from '../src/module/index.ts';
import { type Decision, decide, parseHashes, serviceOf, stateOf } from './lib/compose.ts';
import {
  type ComposeCall,
  composeCall,
  downStep,
  projectName,
  restartStep,
  stopStep,
  upStep,
  waitStep,
} from './lib/compose-steps.ts';
import { type Container, containersBy, dockerNeeds, imageIds } from './lib/docker.ts';

export const compose = defineModule({
  name: 'compose',
  aliases: ['docker_compose', 'docker_compose_v2'],
  summary: 'Have the services of a compose project run as its files say.',
  notes: [
    'Works with `docker compose` (v2) and `docker-compose` (v1). A service is created, recreated or started only where its config hash, its image or the state of its container differs; the plan names each with the reason.',
    'A file that is bind-mounted into a container and replaced on the host keeps its old content inside the container. Notify a handler with `state: restarted` for it.',
    '`pull: always` asks the registry each time and therefore reports `changed` each time.',
  ],
  kind: 'state',
  background: true,
  params: {
    type: 'object',
    properties: {
      project_src: {
        type: 'string',
        format: 'path',
        description: 'Directory on the host that holds the compose files.',
      },
      project_name: {
        type: 'string',
        description: 'Project name; default: the name of the directory, as compose derives it.',
      },
      files: {
        type: 'array',
        items: { type: 'string' },
        description: "Compose files, later ones override; default: compose's own search.",
      },
      env_files: {
        type: 'array',
        items: { type: 'string' },
        description: 'Files with variables for the compose files (v1: one at most).',
      },
      profiles: { type: 'array', items: { type: 'string' }, description: 'Profiles to enable.' },
      services: {
        type: 'array',
        items: { type: 'string' },
        description: 'Only these services (and what they depend on).',
      },
      state: {
        type: 'string',
        enum: ['present', 'stopped', 'absent', 'restarted'],
        default: 'present',
        description:
          '`present`: running as the files say; `stopped`: containers kept; `absent`: containers and networks removed; `restarted`: restart now.',
      },
      pull: {
        type: 'string',
        enum: ['missing', 'always', 'never'],
        default: 'missing',
        description: 'When to pull images.',
      },
      recreate: {
        type: 'string',
        enum: ['auto', 'always', 'never'],
        default: 'auto',
        description: 'When to recreate containers.',
      },
      remove_orphans: {
        type: 'boolean',
        default: false,
        description: 'Remove containers of services that left the files.',
      },
      remove_volumes: {
        type: 'boolean',
        default: false,
        description: 'With `state: absent`: also volumes. Data in them is lost.',
      },
      wait: {
        type: 'boolean',
        default: false,
        description: 'Wait until all services run, and are healthy where they have a health check.',
      },
      wait_timeout: { type: 'integer', minimum: 1, default: 120, description: 'Seconds to wait at most.' },
      timeout: { type: 'integer', minimum: 1, default: 600, description: 'Seconds compose itself may take.' },
    },
    required: ['project_src'],
  },
  examples: `- name: Database and Redis run
  compose:
    project_src: /opt/services
    wait: true
- name: The proxy reads its new configuration
  compose:
    project_src: /opt/harbor
    services: [proxy]
    state: restarted`,
  returns: {
    services: 'service → state of its container before',
    actions: 'what was decided: service, action, why',
  },
  async read(host, params) {
    const project = params.project_name ?? projectName(params.project_src);
    const [tool, containers] = await Promise.all([
      findTool(host, params.project_src),
      containersBy(host, [`label=com.docker.compose.project=${project}`], needsOf(params.project_src)),
    ]);
    const call = composeCall(tool, { ...params, project_name: project });
    const wantsHashes = params.state === 'present';
    const hashes = wantsHashes ? await readHashes(host, call, params.project_src) : {};
    const references = wantsHashes ? [...new Set(containers.map((container) => container.image))] : [];
    return { call, containers, hashes, images: Object.fromEntries(await imageIds(host, references)) };
  },
  plan(params, current): Plan {
    const values = {
      services: Object.fromEntries(current.containers.map((item) => [serviceOf(item), stateOf(item)])),
    };
    if (params.state !== 'present') return { steps: otherStates(params, current), values };
    const unknown = (params.services ?? []).filter((service) => !(service in current.hashes));
    if (unknown.length > 0) return { steps: [], failure: noSuchService(unknown, current.hashes) };
    const decisions = decide(
      {
        hashes: current.hashes,
        services: params.services,
        recreate: params.recreate,
        removeOrphans: params.remove_orphans,
      },
      current.containers,
      current.images,
    );
    const steps = presentSteps(params, current, decisions);
    return { steps, values: { ...values, actions: decisions.map((item) => ({ ...item })) } };
  },
});

interface Current {
  readonly call: ComposeCall;
  readonly containers: readonly Container[];
  readonly hashes: Readonly<Record<string, string>>;
}

interface Params {
  readonly services?: readonly string[];
  readonly state: 'present' | 'stopped' | 'absent' | 'restarted';
  readonly pull: 'missing' | 'always' | 'never';
  readonly wait: boolean;
  readonly wait_timeout: number;
  readonly timeout: number;
  readonly recreate: 'auto' | 'always' | 'never';
  readonly remove_orphans: boolean;
  readonly remove_volumes: boolean;
}

function presentSteps(params: Params, current: Current, decisions: readonly Decision[]): readonly Step[] {
  const up =
    decisions.length > 0 || params.pull === 'always' ? [upStep(current.call, params, decisions)] : [];
  const services = params.services ?? Object.keys(current.hashes);
  const relevant = current.containers.filter((item) => services.includes(serviceOf(item)));
  const settled = relevant.every(
    (item) => item.status === 'running' && (item.health ?? 'healthy') === 'healthy',
  );
  const mustWait = params.wait && (up.length > 0 || !settled);
  return mustWait ? [...up, waitStep(current.call, services, params.wait_timeout * 1000)] : up;
}

function otherStates(params: Params, current: Current): readonly Step[] {
  const selected = current.containers.filter((item) => params.services?.includes(serviceOf(item)) ?? true);
  if (params.state === 'restarted') {
    const restart = restartStep(current.call, params);
    const services = params.services ?? [...new Set(current.containers.map(serviceOf))];
    return params.wait ? [restart, waitStep(current.call, services, params.wait_timeout * 1000)] : [restart];
  }
  if (params.state === 'absent')
    return current.containers.length > 0 ? [downStep(current.call, params, current.containers)] : [];
  const running = selected.filter((item) => item.status === 'running' || item.status === 'restarting');
  return running.length > 0 ? [stopStep(current.call, params, running.map(serviceOf))] : [];
}

function needsOf(directory: string): typeof dockerNeeds {
  return [
    ...dockerNeeds,
    { package: 'docker-compose' },
    { package: 'docker-compose-plugin' },
    { path: directory },
  ];
}

async function findTool(host: HostAccess, directory: string): Promise<'v1' | 'v2' | 'v2-standalone'> {
  const script = `if docker compose version >/dev/null 2>&1; then echo v2
elif tool=$(command -v docker-compose); then
  # Version 1 is a Python script; asking it for its version would cost half a second.
  if [ "$(head -c 2 "$tool")" = '#!' ]; then echo v1; else echo v2-standalone; fi
fi`;
  const reply = await host.script(script, { needs: needsOf(directory) });
  const tool = reply.stdout.trim();
  if (tool === 'v1' || tool === 'v2' || tool === 'v2-standalone') return tool;
  throw new CommandError('neither `docker compose` nor `docker-compose` is installed on this host', {
    hint: 'Install one first, e.g. `apt: name=docker-compose`.',
  });
}

async function readHashes(
  host: HostAccess,
  call: ComposeCall,
  directory: string,
): Promise<Readonly<Record<string, string>>> {
  const files = call.files.map((file) => ({ path: file.startsWith('/') ? file : `${directory}/${file}` }));
  const needs = [...needsOf(directory), ...files];
  const reply = await host.script(`${call.command} config --hash '*'`, {
    needs,
    cwd: directory,
    timeoutMs: 60_000,
  });
  if (reply.exitCode !== 0) {
    throw new CommandError(
      `compose does not accept the files in ${directory}: ${reply.stderr.trim() || reply.stdout.trim()}`,
    );
  }
  return parseHashes(reply.stdout);
}

function noSuchService(unknown: readonly string[], hashes: Readonly<Record<string, string>>): string {
  return `no such service: ${unknown.join(', ')}; the files have ${Object.keys(hashes).sort().join(', ')}`;
}
