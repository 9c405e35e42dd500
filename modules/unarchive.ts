import { posix } from 'node:path';
import {
  defineModule,
  type HostAccess,
  ParamsError,
  type Plan,
  type Prediction,
  quoteWord,
  type RunStep,
  type Step,
  Unknown,
  type ValueMap,
} from '../src/module/index.ts';
import { type ArchiveEntry, differenceOf, isSelected } from './lib/archive/entry.ts';
import { listOnHost } from './lib/archive/host-list.ts';
import { type ArchiveKind, archiveKind, handlers } from './lib/archive/kind.ts';
import { listLocal } from './lib/archive/local-list.ts';
import {
  listing,
  type Member,
  predictMember,
  type Selection,
  tarCommand,
  unzipCommand,
} from './lib/archive/unpack.ts';
import { attributeParams } from './lib/file-attributes.ts';
import { type TreePath, treeSteps } from './lib/file-recursion.ts';
import { expandHome, trimSlashes } from './lib/paths.ts';

export const unarchive = defineModule({
  name: 'unarchive',
  summary: 'Unpack an archive of the control node or of the host.',
  notes: [
    'Members are compared with what is on the host by type, size and time (zip: by content), not by owner and mode; if one differs, the whole archive is unpacked again. Where files are edited after they were unpacked, use `creates`.',
    'An archive of the control node is listed there, so nothing is transferred where nothing differs. That works for tar, tar.gz and zip; for other kinds give `creates`, or copy the archive first and use `remote_src`.',
    'The host needs tar, or unzip for zip archives; for `exclude` and `keep_newer` GNU tar.',
  ],
  kind: 'state',
  background: true,
  params: {
    type: 'object',
    required: ['src', 'dest'],
    properties: {
      src: {
        type: 'string',
        format: 'local-file',
        description: 'Archive on the control node; with `remote_src`, on the host.',
      },
      dest: {
        type: 'string',
        format: 'path',
        description: 'Directory on the host to unpack into; it must exist.',
      },
      remote_src: { type: 'boolean', default: false, description: 'Whether `src` is a path of the host.' },
      creates: {
        type: 'string',
        format: 'path',
        description: 'Path on the host; where something is there, nothing is unpacked.',
      },
      include: {
        type: 'array',
        items: { type: 'string' },
        default: [],
        description: 'Only these members, and what is below them.',
      },
      exclude: {
        type: 'array',
        items: { type: 'string' },
        default: [],
        description: 'Patterns of members to leave out.',
      },
      keep_newer: {
        type: 'boolean',
        default: false,
        description: 'Whether newer files on the host are kept.',
      },
      extra_opts: {
        type: 'array',
        items: { type: 'string' },
        default: [],
        description:
          'More options for tar or unzip, e.g. `--strip-components=1`; then `creates` is needed too.',
      },
      list_files: {
        type: 'boolean',
        default: false,
        description: 'Whether to register the names of the members.',
      },
      ...attributeParams,
    },
  },
  examples: `
- name: Unpack the offline installer
  unarchive:
    src: harbor-offline-installer-v1.5.4.tgz
    dest: /opt
    creates: /opt/harbor/install.sh
- unarchive:
    src: /opt/images.tar.xz
    dest: /opt/images
    remote_src: true
    owner: root
`,
  returns: {
    dest: 'the directory',
    src: 'path of the archive',
    handler: 'kind of the archive, by the names of Ansible',
    files: 'names of the members, with `list_files`',
    extract_results: 'what the unpacking program said',
  },
  async read(host, params): Promise<UnarchiveState> {
    const dest = trimSlashes(await expandHome(host, params.dest));
    const [stat, created] = await Promise.all([
      host.stat(dest, { follow: true }),
      params.creates === undefined ? undefined : host.stat(params.creates),
    ]);
    const place = { dest, isDirectory: stat?.type === 'directory' };
    if (created !== undefined) return { ...place, skipped: true };
    return { ...place, ...(await readArchive(host, params, dest)) };
  },
  plan(params, current: UnarchiveState): Plan {
    const { dest, archive } = current;
    if (current.skipped)
      return { steps: [], values: { dest, msg: `skipped, since ${params.creates} exists` } };
    if (!current.isDirectory) return { steps: [], failure: `dest '${dest}' must be an existing dir` };
    if (current.problem !== undefined || archive === undefined) {
      return { steps: [], failure: current.problem ?? `${params.src} was not read` };
    }
    const values = valuesOf(params, current, archive);
    const difference = firstDifference(params, current);
    if (difference === undefined) return { steps: treeSteps(params, paths(current)), values };
    const later = hasAttributes(params) && current.members !== undefined;
    return { steps: [unpack(params, current, archive, difference)], values, replan: later };
  },
  result({ outcomes }): ValueMap {
    const unpacked = outcomes.find((outcome) => outcome.step.summary.startsWith('unpack'));
    if (!unpacked) return {};
    const { exec } = unpacked;
    if (!exec) return { extract_results: new Unknown('the archive was only simulated to be unpacked') };
    return { extract_results: { rc: exec.exitCode, out: exec.stdout, err: exec.stderr } };
  },
});

interface UnarchiveParams extends Selection {
  readonly src: string;
  readonly remote_src: boolean;
  readonly creates?: string | undefined;
  readonly list_files: boolean;
  readonly mode?: string | undefined;
  readonly owner?: string | number | undefined;
  readonly group?: string | number | undefined;
}

interface Archive {
  /** Absolute, on the control node or on the host. */
  readonly path: string;
  readonly kind: ArchiveKind;
}

interface UnarchiveState {
  readonly dest: string;
  readonly isDirectory: boolean;
  /** `creates` is there: the archive was not even looked at. */
  readonly skipped?: boolean;
  readonly problem?: string;
  readonly archive?: Archive;
  /** undefined = the members cannot be told. */
  readonly members?: readonly Member[];
}

async function readArchive(
  host: HostAccess,
  params: UnarchiveParams,
  dest: string,
): Promise<Pick<UnarchiveState, 'problem' | 'archive' | 'members'>> {
  if (params.extra_opts.length > 0 && params.creates === undefined) {
    throw new ParamsError('extra_opts may change what is unpacked where: give creates too');
  }
  const found = params.remote_src ? await findOnHost(host, params.src) : await findLocal(host, params.src);
  if ('problem' in found) return found;
  const archive = { path: found.path, kind: archiveKind(found.path) };
  if (params.extra_opts.length > 0) return { archive };
  const entries = params.remote_src
    ? await listOnHost(host, archive.path, archive.kind)
    : await listLocal(host, archive.path, archive.kind, found.checksum);
  if (entries === undefined)
    return params.creates === undefined ? { problem: cannotList(params.src) } : { archive };
  const wanted = entries.filter((entry) => isSelected(entry.path, params.include, params.exclude));
  return { archive, members: await Promise.all(wanted.map((entry) => readMember(host, dest, entry))) };
}

interface Found {
  readonly path: string;
  readonly checksum: string;
}

async function findLocal(host: HostAccess, src: string): Promise<Found | { problem: string }> {
  const local = await host.local(src);
  return local.type === 'file' ? local : { problem: `${local.path} is a directory, not an archive` };
}

async function findOnHost(host: HostAccess, src: string): Promise<Found | { problem: string }> {
  if (/^https?:\/\//.test(src)) throw new ParamsError(`download ${src} by get_url first`);
  const path = await expandHome(host, src);
  const stat = await host.stat(path, { follow: true });
  return stat?.type === 'file' ? { path, checksum: '' } : { problem: `Source '${path}' does not exist` };
}

function cannotList(src: string): string {
  return `${src} cannot be compared with the host: give creates, or copy it to the host and use remote_src`;
}

async function readMember(host: HostAccess, dest: string, entry: ArchiveEntry): Promise<Member> {
  const checksum = entry.checksum !== undefined;
  const stat = await host.stat(posix.join(dest, entry.path), { checksum });
  return stat === undefined ? { entry } : { entry, stat };
}

/** Why the archive is unpacked, in words. */
function firstDifference(params: UnarchiveParams, { members }: UnarchiveState): string | undefined {
  if (members === undefined) return `${params.creates} is missing`;
  for (const { entry, stat } of members) {
    const difference = differenceOf(entry, stat, params.keep_newer);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

function hasAttributes(params: UnarchiveParams): boolean {
  return params.mode !== undefined || params.owner !== undefined || params.group !== undefined;
}

function paths({ dest, members }: UnarchiveState): TreePath[] {
  return (members ?? []).flatMap(({ entry, stat }): TreePath[] => {
    if (stat === undefined) return [];
    const kind = entry.type === 'hardlink' ? 'file' : entry.type;
    const { mode, owner, group, uid, gid } = stat;
    return [{ path: posix.join(dest, entry.path), kind, mode, owner, group, uid, gid }];
  });
}

function unpack(params: UnarchiveParams, current: UnarchiveState, archive: Archive, why: string): Step {
  const { dest, members = [] } = current;
  const source = params.remote_src ? quoteWord(archive.path) : '"$MOORING_STAGE"/archive';
  const name = posix.basename(archive.path);
  const step: RunStep = {
    kind: 'run',
    script:
      archive.kind === 'zip'
        ? unzipCommand(params, source, dest)
        : tarCommand(params, archive.kind, source, dest),
    long: true,
    timeoutMs: 3_600_000,
    summary: `unpack ${name} into ${dest}: ${why}`,
    predicts: [...members.flatMap((member) => predictMember(dest, member)), ...predictCreates(params)],
    diff: [{ header: dest, before: '', after: listing(members) }],
    ...(params.remote_src ? {} : { stage: [{ name: 'archive', content: { localFile: archive.path } }] }),
  };
  return step;
}

function predictCreates(params: UnarchiveParams): Prediction[] {
  return params.creates === undefined ? [] : [{ kind: 'path', path: params.creates, type: 'file' }];
}

function valuesOf(params: UnarchiveParams, current: UnarchiveState, archive: Archive): ValueMap {
  const files = (current.members ?? []).map(({ entry }) => entry.path);
  return {
    dest: current.dest,
    src: archive.path,
    handler: handlers[archive.kind],
    ...(params.list_files ? { files } : {}),
  };
}
