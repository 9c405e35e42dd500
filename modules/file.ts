import { posix } from 'node:path';
import {
  defineModule,
  type FileStat,
  type HostAccess,
  ParamsError,
  type Plan,
  quoteWord,
  type Step,
} from '../src/module/index.ts';
import {
  type Attributes,
  attributeDrift,
  attributeParams,
  attributeScript,
  driftSteps,
  newAttributes,
  statValues,
} from './lib/file-attributes.ts';
import { makeDirectories } from './lib/file-copy.ts';
import { type LinkState, planHardLink, planSymbolicLink } from './lib/file-links.ts';
import { readTreePaths, type TreePath, treeSteps } from './lib/file-recursion.ts';
import { expandHome, joinPath, parentOf, trimSlashes } from './lib/paths.ts';

export const file = defineModule({
  name: 'file',
  summary: 'Make a directory, link or empty file, set attributes, or remove a path.',
  notes: [
    'Missing parents of a directory are made too and get the same attributes.',
    'With `recurse`, links below the directory keep their targets as they are: only the owner of the link itself is set.',
    '`state: touch` counts as a change each time unless both times are `preserve`.',
  ],
  kind: 'state',
  params: {
    type: 'object',
    properties: {
      path: { type: 'string', format: 'path', description: 'Path on the host.' },
      dest: { type: 'string', format: 'path', description: 'Another name of `path`.' },
      name: { type: 'string', format: 'path', description: 'Another name of `path`.' },
      state: {
        type: 'string',
        enum: ['absent', 'directory', 'file', 'hard', 'link', 'touch'],
        description:
          '`file` only sets attributes and fails where nothing is there; `absent` removes, trees too. Unless given, what is there now is kept, and `recurse` means `directory`.',
      },
      src: { type: 'string', description: 'Where a link leads to; relative to the directory of the link.' },
      recurse: {
        type: 'boolean',
        default: false,
        description: 'Whether to set attributes of everything in the directory.',
      },
      follow: {
        type: 'boolean',
        default: true,
        description: 'Whether attributes go to what a link leads to.',
      },
      force: {
        type: 'boolean',
        default: false,
        description: 'Whether a link may lead nowhere, or replace a file or an empty directory.',
      },
      access_time: {
        type: 'string',
        enum: ['now', 'preserve'],
        description: 'With `touch`: whether the time of last access is set.',
      },
      modification_time: {
        type: 'string',
        enum: ['now', 'preserve'],
        description: 'With `touch`: whether the time of last change is set.',
      },
      ...attributeParams,
    },
  },
  examples: `
- name: Make the storage directory of the registry
  file:
    path: /data/registry
    state: directory
    owner: 10000
    group: 10000
    mode: '0755'
- file:
    src: harbor-1.5.4
    dest: /opt/harbor
    state: link
- file:
    path: /tmp/installer
    state: absent
`,
  returns: {
    path: 'the path',
    dest: 'the path',
    state: 'what is there now',
    src: 'where the link leads to',
    mode: 'permissions, octal',
    owner: 'user it belongs to',
    group: 'group it belongs to',
    uid: 'number of that user',
    gid: 'number of that group',
    size: 'its size in bytes',
  },
  checkParams: pathOf,
  async read(host, params) {
    const path = trimSlashes(await expandHome(host, pathOf(params)));
    const source =
      params.src === undefined ? undefined : joinPath(sourceBase(params.state, path), params.src);
    const [stat, followed, sourceStat, missing] = await Promise.all([
      host.stat(path),
      needsFollowed(params) ? host.stat(path, { follow: true }) : undefined,
      source === undefined ? undefined : host.stat(source, { follow: params.state === 'link' }),
      params.state === 'directory' ? missingParents(host, path) : [],
    ]);
    const names = params.force && stat?.type === 'directory' ? await host.list(path) : undefined;
    const below = params.recurse && followed?.type === 'directory' ? await readTreePaths(host, path) : [];
    return {
      path,
      missing,
      below,
      ...(stat === undefined ? {} : { stat }),
      ...(followed === undefined ? {} : { followed }),
      ...(sourceStat === undefined ? {} : { source: sourceStat }),
      ...(names === undefined ? {} : { names }),
    };
  },
  plan(params, current) {
    const state = stateOf(params, current);
    if (params.recurse && state !== 'directory') {
      return { steps: [], failure: `recurse needs state: directory; ${current.path} is a ${state}` };
    }
    switch (state) {
      case 'absent':
        return planAbsent(current);
      case 'directory':
        return planDirectory(params, current);
      case 'file':
        return planFile(params, current);
      case 'touch':
        return planTouch(params, current);
      case 'link':
        return planSymbolicLink(params, current);
      case 'hard':
        return planHardLink(params, current);
    }
  },
  result({ params, current }) {
    const state = stateOf(params, current);
    const values = { path: current.path, dest: current.path, state: state === 'touch' ? 'file' : state };
    if (state === 'absent') return values;
    const stat = shownStat(state, params.follow, current);
    const type = state === 'directory' ? 'directory' : 'file';
    const drift = stat ? attributeDrift(params, stat) : newAttributes(params, type);
    const src = state === 'link' ? { src: params.src ?? current.stat?.target ?? '' } : {};
    return { ...values, ...src, ...statValues(stat, drift), ...(stat ? { size: stat.size } : {}) };
  },
});

type State = 'absent' | 'directory' | 'file' | 'hard' | 'link' | 'touch';

interface FileParams extends Attributes {
  readonly state?: State | undefined;
  readonly recurse: boolean;
  readonly follow: boolean;
  readonly access_time?: 'now' | 'preserve' | undefined;
  readonly modification_time?: 'now' | 'preserve' | undefined;
}

interface FileState extends LinkState {
  /** Parents of the path that are not there, outermost first. */
  readonly missing: readonly string[];
  readonly below: readonly TreePath[];
}

function pathOf(params: {
  readonly path?: string | undefined;
  readonly dest?: string | undefined;
  readonly name?: string | undefined;
}): string {
  const path = params.path ?? params.dest ?? params.name;
  if (path === undefined || path === '') throw new ParamsError('"path" is required');
  return path;
}

/** Where a link leads is not asked needlessly: in check mode it may be only simulated. */
function needsFollowed(params: FileParams): boolean {
  const attributes = params.mode ?? params.owner ?? params.group;
  return params.state !== 'absent' && (params.state !== 'link' || attributes !== undefined);
}

/** A symbolic link leads on from its own directory, a hard link is made from a path. */
function sourceBase(state: State | undefined, path: string): string | undefined {
  return state === 'hard' ? undefined : parentOf(path);
}

async function missingParents(host: HostAccess, path: string): Promise<string[]> {
  const parents: string[] = [];
  for (let parent = parentOf(path); parent !== posix.dirname(parent); parent = posix.dirname(parent)) {
    parents.unshift(parent);
  }
  const stats = await Promise.all(parents.map((parent) => host.stat(parent, { follow: true })));
  return parents.filter((_, index) => stats[index] === undefined);
}

function stateOf(params: FileParams, current: FileState): State {
  if (params.state !== undefined) return params.state;
  if (current.stat === undefined) return params.recurse ? 'directory' : 'file';
  if (current.stat.type === 'link') return params.recurse ? 'directory' : 'link';
  return current.stat.type === 'directory' ? 'directory' : 'file';
}

function planAbsent({ path, stat }: FileState): Plan {
  if (stat === undefined) return { steps: [] };
  const step: Step = {
    kind: 'remove',
    path,
    summary: `remove ${path}`,
    predicts: [{ kind: 'path', path, type: 'absent' }],
    diff: [{ header: path, before: `${stat.type}\n`, after: '' }],
    ...(stat.type === 'directory' ? { recursive: true } : {}),
  };
  return { steps: [step] };
}

function planDirectory(params: FileParams, current: FileState): Plan {
  const { path, missing } = current;
  const stat = target(params, current);
  if (stat === undefined && current.stat === undefined) {
    return { steps: [makeDirectories([...missing, path], newAttributes(params, 'directory'))] };
  }
  if (stat?.type !== 'directory') {
    return { steps: [], failure: `${path} already exists as a ${current.stat?.type ?? 'file'}` };
  }
  return { steps: [...driftSteps(path, stat, params), ...treeSteps(params, current.below)] };
}

function planFile(params: FileParams, current: FileState): Plan {
  const { path } = current;
  const stat = target(params, current);
  if (stat === undefined) return { steps: [], failure: `file (${path}) is absent, cannot continue` };
  if (stat.type === 'directory')
    return { steps: [], failure: `file (${path}) is directory, cannot continue` };
  return { steps: driftSteps(path, stat, params) };
}

function planTouch(params: FileParams, current: FileState): Plan {
  const { path } = current;
  const stat = target(params, current);
  if (stat === undefined) {
    const drift = newAttributes(params, 'file');
    const script = `touch -- ${quoteWord(path)} && ${attributeScript(quoteWord(path), drift)}`;
    const predicts = [{ kind: 'path', path, type: 'file', ...drift, content: { text: '' } } as const];
    return { steps: [{ kind: 'run', script, summary: `create ${path}`, predicts }] };
  }
  return { steps: [...touchSteps(params, path), ...driftSteps(path, stat, params)] };
}

function touchSteps(params: FileParams, path: string): Step[] {
  const access = params.access_time !== 'preserve';
  const modification = params.modification_time !== 'preserve';
  if (!access && !modification) return [];
  const flags = access && modification ? [] : [access ? '-a' : '-m'];
  return [{ kind: 'run', argv: ['touch', ...flags, '--', path], summary: `touch ${path}` }];
}

/** What attributes are set of: where a link leads to, unless it is not followed. */
function target(params: { readonly follow: boolean }, current: FileState): FileStat | undefined {
  return params.follow ? current.followed : current.stat;
}

function shownStat(state: State, follow: boolean, current: FileState): FileStat | undefined {
  if (state === 'hard') return current.source;
  if (state === 'link' && current.stat?.type !== 'link') return follow ? current.source : undefined;
  return target({ follow }, current);
}
