import {
  defineModule,
  type HostAccess,
  type LookMemory,
  type ModuleLook,
  type WaitStep,
} from '../src/module/index.ts';
import { type HarborLogin, harborLoginParams } from './lib/harbor/login.ts';
import { openHarbor } from './lib/harbor/open.ts';
import {
  type PeerParams,
  peerLogin,
  peerParam,
  selectionOf,
  selectionParams,
} from './lib/harbor-sync/params.ts';
import { WatchMemory } from './lib/harbor-sync/watch.ts';
import { lookAtHealth } from './lib/harbor-wait/healthy.ts';
import { lookForImage } from './lib/harbor-wait/image.ts';
import { lookReplicated, type ReplicatedMemory } from './lib/harbor-wait/replicated.ts';
import { unready } from './lib/harbor-wait/unready.ts';

export const harborWait = defineModule({
  name: 'harbor_wait',
  summary: 'Wait until a Harbor is healthy, has an image or not, or has the same images as another.',
  notes: [
    'A Harbor that does not answer yet is waited for; a refused password, a missing right or a certificate nobody trusts ends the wait at once. Waiting is no change; check mode looks once and otherwise leaves it to the run.',
    '`replicated` compares the digests of both sides, since jobs alone do not tell: on 1.5 a job may say `error` and succeed minutes later, or `pending` for ever. At the deadline the error says what still differs and what the jobs say.',
    'To see a deletion arrive, first wait for the image to be `present`, then delete, then wait until it is `absent` with a `settle` of some seconds: so it was there, and an echo does not bring it back.',
  ],
  kind: 'action',
  scope: 'outside',
  volatile: true,
  params: {
    type: 'object',
    required: ['url', 'password'],
    properties: {
      ...harborLoginParams,
      for: {
        type: 'string',
        enum: ['healthy', 'present', 'absent', 'replicated'],
        default: 'healthy',
        description:
          '`healthy`: it answers and all its components are well; `present` or `absent`: an image; `replicated`: it and `peer` hold the same, and no run between them is under way.',
      },
      image: {
        type: 'string',
        pattern: '^[^:/]+/[^:]+(:[^:/]+)?$',
        description:
          'For `present` and `absent`: `example/app1:1.0`, or without a tag any of the repository.',
      },
      digest: {
        type: 'string',
        pattern: '^sha256:[0-9a-f]{64}$',
        description: 'Digest the image must have, or must no longer have.',
      },
      peer: peerParam,
      ...selectionParams,
      direction: {
        type: 'string',
        enum: ['both', 'to_peer', 'from_peer'],
        default: 'both',
        description:
          '`to_peer`: it is enough that the peer has all that this Harbor has; `from_peer`: the other way.',
      },
      rules: {
        type: 'array',
        items: { type: 'string' },
        description:
          'Names of this Harbor’s rules whose runs count; default: those whose endpoint is the peer’s url.',
      },
      peer_rules: {
        type: 'array',
        items: { type: 'string' },
        description:
          'Names of the peer’s rules whose runs count; default: those whose endpoint is this Harbor’s url.',
      },
      since: {
        type: 'number',
        minimum: 0,
        description:
          'Runs that began earlier do not count, seconds since 1970; default: when the wait began.',
      },
      within: {
        type: 'number',
        default: 300,
        exclusiveMinimum: 0,
        description: 'After how many seconds to fail.',
      },
      interval: {
        type: 'number',
        default: 2,
        exclusiveMinimum: 0,
        description: 'How many seconds between two looks.',
      },
      settle: {
        type: 'number',
        minimum: 0,
        description: 'How many seconds it must stay so; default: 5 for `replicated`, else 0.',
      },
    },
  },
  examples: `
- name: Harbor is up
  harbor_wait:
    url: https://a.example.com
    password: "{{ harbor_admin_password }}"
    within: 600
- name: What was pushed to a is on b
  harbor_wait:
    url: https://b.example.com
    password: "{{ harbor_admin_password }}"
    for: present
    image: example/app1:1.0
    digest: "{{ pushed_digest }}"
    within: 60
- name: Both hold the same
  harbor_wait:
    url: https://a.example.com
    password: "{{ harbor_admin_password }}"
    for: replicated
    peer:
      url: https://b.example.com
      password: "{{ harbor_admin_password }}"
    projects: [example]
`,
  returns: {
    elapsed: 'how many seconds it took',
    generation: 'for `healthy`: `1.5` or `2`',
    version: 'for `healthy`: as the server says it',
    components: 'for `healthy`: name, healthy and error of each',
    digest: 'for `present` and `absent`: the digest found, null where there is none',
    only_here: 'for `replicated`: images that only this Harbor has',
    only_there: 'for `replicated`: images that only the peer has',
    conflicts: 'for `replicated`: tags with different images, with both digests',
    equal: 'for `replicated`: how many tags are the same image on both',
    in_sync: 'for `replicated`: whether nothing differs',
  },
  async read() {
    return {};
  },
  plan(params) {
    const failure = faultOf(params);
    if (failure !== undefined) return { steps: [], failure };
    const step: WaitStep = {
      kind: 'wait',
      summary: `wait until ${wish(params)}`,
      until: { kind: 'look' },
      timeoutMs: params.within * 1000,
      intervalMs: params.interval * 1000,
    };
    return [step];
  },
  look(host, params, memory) {
    return lookFor(host, params, memory);
  },
  result({ outcomes }) {
    return { elapsed: Math.round((outcomes[0]?.durationMs ?? 0) / 100) / 10 };
  },
});

interface WaitParams extends HarborLogin {
  readonly for: 'healthy' | 'present' | 'absent' | 'replicated';
  readonly image?: string | undefined;
  readonly digest?: string | undefined;
  readonly peer?: PeerParams | undefined;
  readonly projects?: readonly string[] | undefined;
  readonly repositories: readonly string[];
  readonly tags: readonly string[];
  readonly direction: 'both' | 'to_peer' | 'from_peer';
  readonly rules?: readonly string[] | undefined;
  readonly peer_rules?: readonly string[] | undefined;
  readonly since?: number | undefined;
  readonly settle?: number | undefined;
}

/** Kept from look to look; rows of the Harbors' clocks may be a little older than what made them. */
class Memory implements ReplicatedMemory {
  readonly watch = new WatchMemory();
  readonly since: number;
  watched?: NonNullable<ReplicatedMemory['watched']>;
  differing?: readonly string[] | undefined;

  constructor(startedAt: number) {
    this.since = startedAt - clockSlackMs;
  }
}

const clockSlackMs = 5000;

function faultOf(params: WaitParams): string | undefined {
  const { for: wanted, image, peer, projects } = params;
  if (wanted === 'present' || wanted === 'absent') {
    return image === undefined ? `for: ${wanted} needs image` : undefined;
  }
  if (wanted === 'replicated' && (peer === undefined || projects === undefined)) {
    return 'for: replicated needs peer and projects';
  }
  return undefined;
}

function wish(params: WaitParams): string {
  const { url, image = '', digest, peer } = params;
  switch (params.for) {
    case 'healthy':
      return `${url} is healthy`;
    case 'present':
      return `${url} has ${image}${digest === undefined ? '' : ` as ${digest}`}`;
    case 'absent':
      return `${url} has no ${image}${digest === undefined ? '' : ` as ${digest}`}`;
    case 'replicated':
      return `${url} and ${peer?.url} hold the same`;
  }
}

async function lookFor(
  host: HostAccess,
  params: WaitParams,
  { kept }: LookMemory<unknown>,
): Promise<ModuleLook> {
  const memory = kept instanceof Memory ? kept : new Memory(host.now);
  try {
    return { ...(await lookOnce(host, params, memory)), keep: memory };
  } catch (error) {
    const seen = unready(error);
    if (seen === undefined) throw error;
    memory.watch.hasHeld(false, 0, host.now);
    return { done: false, seen, keep: memory };
  }
}

async function lookOnce(host: HostAccess, params: WaitParams, memory: Memory): Promise<ModuleLook> {
  const { image = '', digest, peer, since, settle = 0 } = params;
  if (params.for === 'replicated' && peer !== undefined) {
    const source = {
      logins: { here: params, there: peerLogin(params, peer) },
      selection: selectionOf(params),
      rules: { here: params.rules, there: params.peer_rules },
      direction: params.direction,
      since: since === undefined ? memory.since : since * 1000,
      settle: params.settle ?? 5,
    };
    return lookReplicated(host, source, memory);
  }
  const harbor = await openHarbor(host, params, memory.watch.sessions.here);
  const look =
    params.for === 'healthy'
      ? await lookAtHealth(harbor)
      : await lookForImage(harbor, { image, digest, present: params.for === 'present' });
  const done = memory.watch.hasHeld(look.done, settle, host.now);
  return { ...look, done, seen: look.done && !done ? `${look.seen}, and must stay so` : look.seen };
}
