import type { FileStat, Plan, Step } from '../../src/module/index.ts';
import { type Attributes, driftSteps } from './file-attributes.ts';

/** What `state: link` and `state: hard` are decided from. */
export interface LinkState {
  readonly path: string;
  /** The path itself, links not followed. */
  readonly stat?: FileStat;
  /** What the link leads to now. */
  readonly followed?: FileStat;
  /** Names in the path where it is a directory. */
  readonly names?: readonly string[];
  /** What `src` leads to. */
  readonly source?: FileStat;
}

export interface LinkParams extends Attributes {
  readonly src?: string | undefined;
  readonly force: boolean;
  readonly follow: boolean;
}

/** A symbolic link from the path to `src`; without `src` the present link is kept. */
export function planSymbolicLink(params: LinkParams, current: LinkState): Plan {
  const { path, stat, source } = current;
  const src = params.src ?? stat?.target;
  if (src === undefined) return refuse('src is required for a new link');
  if (params.src !== undefined && source === undefined && !params.force) {
    return refuse(
      `${src}, which the link is to lead to, does not exist; use force: true to make the link anyway`,
    );
  }
  if (stat?.type === 'link' && stat.target === src) return { steps: linkAttributes(params, current) };
  const inTheWay = stat !== undefined && stat.type !== 'link' ? whyKept(params, current, 'link') : undefined;
  if (inTheWay !== undefined) return refuse(inTheWay);
  const link: Step = {
    kind: 'run',
    argv: ['ln', '-sfn', '--', src, path],
    summary: `link ${path} to ${src}`,
    predicts: [{ kind: 'path', path, type: 'link', target: src }],
    diff: [{ header: path, before: beforeText(stat), after: `link to ${src}\n` }],
  };
  return { steps: [...clearing(path, stat), link, ...newLinkAttributes(path, params, source)] };
}

/** A hard link: the path is the same file as `src`. */
export function planHardLink(params: LinkParams, current: LinkState): Plan {
  const { path, stat, source } = current;
  if (params.src === undefined) return refuse('src is required for a hard link');
  if (source === undefined) return refuse(`${params.src}, which the link is to lead to, does not exist`);
  if (stat?.type === 'file' && stat.inode === source.inode && stat.size === source.size) {
    return { steps: driftSteps(path, stat, params) };
  }
  const inTheWay = stat === undefined ? undefined : whyKept(params, current, 'hard link');
  if (inTheWay !== undefined) return refuse(inTheWay);
  const link: Step = {
    kind: 'run',
    argv: ['ln', '-f', '--', params.src, path],
    summary: `hard link ${path} to ${params.src}`,
    predicts: [
      { kind: 'path', path, type: 'file', mode: source.mode, owner: source.owner, group: source.group },
    ],
    diff: [{ header: path, before: beforeText(stat), after: `hard link to ${params.src}\n` }],
  };
  return { steps: [...clearing(path, stat), link, ...driftSteps(path, source, params)] };
}

function refuse(failure: string): Plan {
  return { steps: [], failure };
}

function whyKept(params: LinkParams, current: LinkState, what: string): string | undefined {
  const type = current.stat?.type ?? 'file';
  if (!params.force) return `refusing to convert from ${type} to ${what} for ${current.path}`;
  if (type === 'directory' && (current.names?.length ?? 0) > 0) {
    return `the directory ${current.path} is not empty, refusing to convert it`;
  }
  return undefined;
}

/** What is in the way and not a link itself goes first; ln replaces links and files. */
function clearing(path: string, stat: FileStat | undefined): Step[] {
  if (stat?.type !== 'directory') return [];
  return [{ kind: 'run', argv: ['rmdir', '--', path], summary: `remove the empty directory ${path}` }];
}

function linkAttributes(params: LinkParams, { path, stat, followed }: LinkState): Step[] {
  if (params.follow) return followed ? driftSteps(path, followed, params) : [];
  return stat ? driftSteps(path, stat, params) : [];
}

function newLinkAttributes(path: string, params: LinkParams, source: FileStat | undefined): Step[] {
  if (params.follow) return source ? driftSteps(path, source, params) : [];
  const link = { type: 'link', mode: '0777', owner: '', group: '', uid: -1, gid: -1 } as const;
  return driftSteps(path, { ...link, size: 0, mtime: 0, inode: 0, links: 1, device: 0 }, params);
}

function beforeText(stat: FileStat | undefined): string {
  if (stat === undefined) return '';
  return stat.target === undefined ? `${stat.type}\n` : `link to ${stat.target}\n`;
}
