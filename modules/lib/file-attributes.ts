import {
  type FileStat,
  type Prediction,
  quoteWord,
  type RunStep,
  type ValueMap,
} from '../../src/module/index.ts';
import { modePattern, resolveMode, sameMode } from './file-mode.ts';

/** Owner, group and mode params of every module that writes files. */
export const attributeParams = {
  mode: {
    type: 'string',
    pattern: modePattern,
    description:
      "Permissions: octal, quoted (`'0644'`), or symbolic (`u=rw,g=r`). Kept as they are unless given.",
  },
  owner: { type: ['string', 'integer'], description: 'Name or number of the user it belongs to.' },
  group: { type: ['string', 'integer'], description: 'Name or number of the group it belongs to.' },
} as const;

export interface Attributes {
  readonly mode?: string | undefined;
  readonly owner?: string | number | undefined;
  readonly group?: string | number | undefined;
}

/** Those attributes that are not yet as desired, mode in octal. */
export interface AttributeDrift {
  readonly mode?: string;
  readonly owner?: string;
  readonly group?: string;
}

/** What to change about a path that is there; links have no mode of their own. */
export function attributeDrift(desired: Attributes, stat: FileStat): AttributeDrift {
  const type = stat.type === 'directory' ? 'directory' : 'file';
  const mode = desired.mode === undefined ? undefined : resolveMode(desired.mode, stat.mode, type);
  const modeDiffers = mode !== undefined && stat.type !== 'link' && !sameMode(mode, stat.mode);
  const ownerDiffers = desired.owner !== undefined && !isOwner(desired.owner, stat.owner, stat.uid);
  const groupDiffers = desired.group !== undefined && !isOwner(desired.group, stat.group, stat.gid);
  return {
    ...(modeDiffers ? { mode } : {}),
    ...(ownerDiffers ? { owner: String(desired.owner) } : {}),
    ...(groupDiffers ? { group: String(desired.group) } : {}),
  };
}

/** The step that gives a present path its attributes, or none where they are as desired. */
export function driftSteps(path: string, stat: FileStat, desired: Attributes): RunStep[] {
  const drift = attributeDrift(desired, stat);
  return Object.keys(drift).length > 0 ? [attributeStep(path, stat, drift)] : [];
}

/** The attributes a new path gets, mode in octal. */
export function newAttributes(desired: Attributes, type: 'file' | 'directory'): AttributeDrift {
  return {
    ...(desired.mode === undefined ? {} : { mode: resolveMode(desired.mode, undefined, type) }),
    ...(desired.owner === undefined ? {} : { owner: String(desired.owner) }),
    ...(desired.group === undefined ? {} : { group: String(desired.group) }),
  };
}

/**
 * Shell text that sets attributes of existing paths.
 *
 * @param operands the paths as shell words, quoted already
 * @returns commands joined by `&&`; `:` where there is nothing to set
 */
export function attributeScript(operands: string, drift: AttributeDrift, isLink = false): string {
  const owner = `${drift.owner ?? ''}${drift.group === undefined ? '' : `:${drift.group}`}`;
  const commands = [
    ...(owner === '' ? [] : [`chown ${isLink ? '-h ' : ''}-- ${quoteWord(owner)} ${operands}`]),
    ...(drift.mode === undefined || isLink ? [] : [`chmod -- ${chmodWord(drift.mode)} ${operands}`]),
  ];
  return commands.length === 0 ? ':' : commands.join(' && ');
}

/** Five digits: GNU chmod keeps set-group-ID of directories where it sees four (coreutils, 27.4). */
export function chmodWord(mode: string): string {
  return mode.padStart(5, '0');
}

/** Registered values of a path: what it is, with what was or will be changed about it. */
export function statValues(stat: FileStat | undefined, drift: AttributeDrift): ValueMap {
  const owner = drift.owner ?? stat?.owner;
  const group = drift.group ?? stat?.group;
  const mode = drift.mode ?? stat?.mode;
  return {
    ...(mode === undefined ? {} : { mode }),
    ...(owner === undefined ? {} : { owner }),
    ...(group === undefined ? {} : { group }),
    ...(stat === undefined || drift.owner !== undefined ? {} : { uid: stat.uid }),
    ...(stat === undefined || drift.group !== undefined ? {} : { gid: stat.gid }),
  };
}

/** Owner before mode: chown clears set-user-ID bits. */
function attributeStep(path: string, stat: FileStat, drift: AttributeDrift): RunStep {
  const names = Object.entries(drift).map(([key, value]) => `${key} ${value}`);
  return {
    kind: 'run',
    script: attributeScript(quoteWord(path), drift, stat.type === 'link'),
    summary: `set ${names.join(', ')} of ${path}`,
    predicts: [predictAttributes(path, stat, drift)],
    diff: [{ header: path, ...attributeTexts(stat, drift) }],
  };
}

function isOwner(desired: string | number, name: string, id: number): boolean {
  return String(desired) === name || String(desired) === String(id);
}

function predictAttributes(path: string, stat: FileStat, drift: AttributeDrift): Prediction {
  const type = stat.type === 'directory' || stat.type === 'link' ? stat.type : 'file';
  return { kind: 'path', path, type, mode: stat.mode, owner: stat.owner, group: stat.group, ...drift };
}

function attributeTexts(stat: FileStat, drift: AttributeDrift): { before: string; after: string } {
  const names = (['mode', 'owner', 'group'] as const).filter((name) => drift[name] !== undefined);
  return {
    before: names.map((name) => `${name}: ${stat[name]}\n`).join(''),
    after: names.map((name) => `${name}: ${drift[name]}\n`).join(''),
  };
}
