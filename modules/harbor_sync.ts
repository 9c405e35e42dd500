import { defineModule, type RequestStep, type ValueMap, type WaitStep } from '../src/module/index.ts';
import { type HarborLogin, harborLoginParams } from './lib/harbor/login.ts';
import { harborRequests } from './lib/harbor/requests.ts';
import { type Decisions, decide } from './lib/harbor-sync/decide.ts';
import {
  briefly,
  countsOf,
  describeConflicts,
  describeRound,
  describeStuck,
  diffsOf,
  diffValues,
  plural,
  type Urls,
} from './lib/harbor-sync/describe.ts';
import { repositoryOf, tagOf } from './lib/harbor-sync/images.ts';
import {
  type PeerParams,
  peerLogin,
  peerParam,
  selectionOf,
  selectionParams,
} from './lib/harbor-sync/params.ts';
import { readSync, type SyncSource, type SyncState } from './lib/harbor-sync/read.ts';
import { planRound, type Round } from './lib/harbor-sync/round.ts';
import { lookSettled } from './lib/harbor-sync/settle.ts';

export const harborSync = defineModule({
  name: 'harbor_sync',
  summary: 'Make two Harbors hold the same images, by the replication rules between them.',
  notes: [
    'Compares tags by digest, starts the rules that bring what is missing, waits until it is there, and compares again: the task ends well only where nothing differs but what was to be left. Needed after an outage, since neither generation repeats what it could not replicate.',
    'An image on one side only was either pushed there or deleted on the other while the two did not reach each other: nobody can tell which. It is copied unless `only_here`, `only_there` or `decisions` say otherwise; deleting by mistake cannot be undone, a copy can.',
    'A conflict is the same tag with different images. As long as one is undecided nothing is changed at all. A run takes everything its rule matches, and on 1.5 always overwrites: so no rule is started that would touch a conflict left alone, or one decided the other way; a rule with a narrower filter can still bring the rest.',
    'Deleting takes every tag of the image: it is refused where another tag of it stays. On 1.5 an image that another client than Docker’s pushed into a new repository is in no list of Harbor’s, and in no run: it is reported where the peer lists the repository, and cannot be seen at all where neither does, until `POST /api/internal/syncregistry` or a restart of Harbor’s ui has listed it.',
  ],
  kind: 'state',
  scope: 'outside',
  volatile: true,
  params: {
    type: 'object',
    required: ['url', 'password', 'peer', 'projects'],
    properties: {
      ...harborLoginParams,
      peer: peerParam,
      ...selectionParams,
      conflicts: {
        type: 'string',
        enum: ['fail', 'report', 'keep_here', 'keep_there'],
        default: 'fail',
        description:
          'The same tag with another image: `fail` before anything is changed, `report` and leave it, or overwrite the other side’s.',
      },
      only_here: {
        type: 'string',
        enum: ['copy', 'leave', 'delete'],
        default: 'copy',
        description: 'What to do with images that only this Harbor has.',
      },
      only_there: {
        type: 'string',
        enum: ['copy', 'leave', 'delete'],
        default: 'copy',
        description: 'What to do with images that only the peer has.',
      },
      decisions: {
        type: 'object',
        default: {},
        additionalProperties: {
          type: 'string',
          enum: ['copy', 'leave', 'delete', 'keep_here', 'keep_there'],
        },
        description:
          'Pattern on `example/app1:1.0` to what is done with such images, the first that fits; `keep_here`: what this Harbor has, or has not, is right.',
      },
      rules: {
        type: 'array',
        items: { type: 'string' },
        description:
          'Names of the rules to start on this Harbor; default: those whose endpoint is the peer’s url.',
      },
      peer_rules: {
        type: 'array',
        items: { type: 'string' },
        description:
          'Names of the rules to start on the peer; default: those whose endpoint is this Harbor’s url.',
      },
      within: {
        type: 'number',
        default: 600,
        exclusiveMinimum: 0,
        description: 'How many seconds the runs of one round may take.',
      },
      interval: {
        type: 'number',
        default: 2,
        exclusiveMinimum: 0,
        description: 'How many seconds between two looks.',
      },
      settle: {
        type: 'number',
        default: 5,
        minimum: 0,
        description: 'How many seconds all must stay as wanted before it counts.',
      },
    },
  },
  examples: `
- name: Both have what either has
  harbor_sync:
    url: https://a.example.com
    password: "{{ harbor_admin_password }}"
    peer:
      url: https://b.example.com
      password: "{{ harbor_admin_password }}"
    projects: [example]
- name: After the outage of b, with what was decided by hand
  harbor_sync:
    url: https://a.example.com
    password: "{{ harbor_admin_password }}"
    peer:
      url: https://b.example.com
      password: "{{ harbor_admin_password }}"
    projects: [example]
    conflicts: keep_here
    decisions:
      "example/old*:*": delete
      "example/app1:1.4": keep_there
`,
  returns: {
    only_here: 'images that only this Harbor has, `example/app1:1.0`, at the end',
    only_there: 'images that only the peer has, at the end',
    conflicts: 'tags with different images: image, here and there (digests), at the end',
    equal: 'how many tags are the same image on both',
    in_sync: 'whether nothing differs',
    copied_to_peer: 'images brought to the peer, if any',
    copied_from_peer: 'images brought from the peer, if any',
    deleted: 'images deleted on either side, if any',
  },
  read(host, params) {
    return readSync(host, sourceOf(params));
  },
  plan(params, current) {
    const urls = urlsOf(params);
    const { fates, faults } = decide(current.diff, params);
    const values = diffValues(current.diff);
    const diff = diffsOf(fates, current.images, urls);
    const undecided = fates.filter(({ action }) => action === 'undecided');
    const fault = faults[0] ?? stateFault(current, urls) ?? undecidedFault(undecided.length, current, urls);
    if (fault !== undefined) return { steps: [], failure: fault, values, diff };
    const round = roundOf(params, current);
    const refusal = refusalOf(round);
    if (refusal !== undefined) return { steps: [], failure: refusal, values, diff };
    const steps = [...deletionSteps(round, params, current), ...runSteps(round, params, current)];
    const counts = countsOf(current.diff, urls);
    if (steps.length > 0) {
      const message = `${counts}: ${describeRound(round, urls)}, then compare again`;
      return { steps, replan: true, message, diff, values: { ...values, ...doneValues(round) } };
    }
    if (round.stuck.length > 0) return { steps, failure: describeStuck(round.stuck, urls), values, diff };
    const left = fates.map(({ image }) => image);
    const warnings = left.length > 0 ? [`left as decided: ${briefly(left)}`] : [];
    return { steps, message: counts, values, warnings };
  },
  look(host, params, memory) {
    const { logins, selection } = sourceOf(params);
    const round = roundOf(params, memory.current);
    return lookSettled(host, { logins, selection, round, settle: params.settle }, memory);
  },
});

interface SyncParams extends HarborLogin {
  readonly peer: PeerParams;
  readonly projects: readonly string[];
  readonly repositories: readonly string[];
  readonly tags: readonly string[];
  readonly rules?: readonly string[] | undefined;
  readonly peer_rules?: readonly string[] | undefined;
  readonly within: number;
  readonly interval: number;
}

function sourceOf(params: SyncParams): SyncSource {
  return {
    logins: { here: params, there: peerLogin(params, params.peer) },
    selection: selectionOf(params),
    rules: { here: params.rules, there: params.peer_rules },
  };
}

function urlsOf({ url, peer }: SyncParams): Urls {
  return { here: url, there: peer.url };
}

function roundOf(params: SyncParams & Decisions, current: SyncState): Round {
  const { fates } = decide(current.diff, params);
  return planRound({ ...current, fates });
}

/** What must be put right before anything is compared in earnest. */
function stateFault(current: SyncState, urls: Urls): string | undefined {
  for (const side of ['here', 'there'] as const) {
    const projects = current.missingProjects[side];
    if (projects.length > 0) {
      return `${urls[side]} has no project ${briefly(projects)}: make it first (harbor_project)`;
    }
    const rules = current.missingRules[side];
    if (rules.length > 0) return `${urls[side]} has no rule ${briefly(rules)}`;
  }
  return undefined;
}

function undecidedFault(count: number, { diff }: SyncState, urls: Urls): string | undefined {
  if (count === 0) return undefined;
  return `${plural(count, 'conflict')} undecided, nothing was changed: ${describeConflicts(diff, urls)}; set conflicts: keep_here, keep_there or report, or decisions for single images`;
}

function refusalOf({ refused }: Round): string | undefined {
  const [first] = refused;
  if (!first) return undefined;
  return `deleting ${first.image} would take ${briefly(first.others)} along, the same image; nothing was changed: decide to delete all of its tags, or none`;
}

function deletionSteps(round: Round, params: SyncParams, current: SyncState): RequestStep[] {
  const { logins } = sourceOf(params);
  return round.deletions.map(({ side, image }) => ({
    kind: 'request',
    summary: `delete ${image} on ${logins[side].url}`,
    request: harborRequests(current.generations[side], logins[side]).deleteTag(
      repositoryOf(image),
      tagOf(image),
    ),
    // Another tag of the same image took it along.
    expect: [200, 404],
  }));
}

/** Starts the rules, and waits until what they bring is there. */
function runSteps(round: Round, params: SyncParams, current: SyncState): (RequestStep | WaitStep)[] {
  const { logins } = sourceOf(params);
  const starts = round.starts.map(({ rule, side }): RequestStep => {
    const summary = `start rule ${rule.name} on ${logins[side].url}`;
    const requests = harborRequests(current.generations[side], logins[side]);
    return { kind: 'request', summary, request: requests.startRun(rule.id) };
  });
  if (starts.length === 0) return [];
  const wait: WaitStep = {
    kind: 'wait',
    summary: `wait until ${plural(round.carried.length, 'image')} arrived`,
    until: { kind: 'look' },
    timeoutMs: params.within * 1000,
    intervalMs: params.interval * 1000,
  };
  return [...starts, wait];
}

function doneValues({ carried, deletions }: Round): ValueMap {
  const images = (action: string): string[] =>
    carried.filter((fate) => fate.action === action).map(({ image }) => image);
  const all = {
    copied_to_peer: images('to_there'),
    copied_from_peer: images('to_here'),
    deleted: deletions.map(({ image }) => image),
  };
  return Object.fromEntries(Object.entries(all).filter(([, some]) => some.length > 0));
}
