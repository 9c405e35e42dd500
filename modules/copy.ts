import { posix } from 'node:path';
import { defineModule, type HostAccess, type LocalFile, ParamsError } from '../src/module/index.ts';
import { attributeParams } from './lib/file-attributes.ts';
import { type CopyEntry, fileValues, planCopy, readFileEntry } from './lib/file-copy.ts';
import {
  type CopyState,
  type Request,
  readSingle,
  type WantedFile,
  writeParams,
  writeReturns,
} from './lib/file-destination.ts';
import { expandHome, nameOf, trimSlashes } from './lib/paths.ts';
import { pythonJson, sha256 } from './lib/text.ts';

export const copy = defineModule({
  name: 'copy',
  summary: 'Copy a file, a directory tree or given text to the host.',
  notes: [
    'A directory whose name ends in `/` means its contents; without the slash the directory itself is put into `dest`.',
    'Files are compared by SHA-256 first, so an unchanged file costs no transfer; `checksum` in the result is SHA-256.',
    'A symbolic link at `dest` is replaced by the file unless `follow: true`.',
  ],
  kind: 'state',
  params: {
    type: 'object',
    required: ['dest'],
    properties: {
      src: {
        type: 'string',
        format: 'local-file',
        description: 'File or directory on the control node; with `remote_src`, on the host.',
      },
      content: { description: 'Text to write instead of `src`; a mapping or list is written as JSON.' },
      dest: {
        type: 'string',
        format: 'path',
        description:
          'Path on the host. A directory that exists, or a name ending in `/`, gets the file put into it.',
      },
      remote_src: { type: 'boolean', default: false, description: 'Whether `src` is a path of the host.' },
      checksum: {
        type: 'string',
        pattern: '^[0-9a-fA-F]{64}$',
        description: 'SHA-256 the source must have.',
      },
      directory_mode: { ...attributeParams.mode, description: 'Permissions of directories of a tree.' },
      ...writeParams,
    },
  },
  examples: `
- name: Hand over the certificate
  copy:
    src: harbor.crt
    dest: /data/cert/server.crt
    owner: root
    mode: '0644'
- copy:
    content: "{{ harbor_address }} {{ harbor_hostname }}\\n"
    dest: /etc/hosts.harbor
- copy:
    src: certs/
    dest: /data/cert/
    directory_mode: '0755'
`,
  returns: writeReturns,
  checkParams,
  async read(host, params) {
    checkParams(params);
    const request = { dest: await expandHome(host, params.dest), follow: params.follow };
    if (params.content !== undefined) return readContent(host, request, params.content);
    const state = params.remote_src
      ? await readRemote(host, request, await expandHome(host, params.src ?? ''))
      : await readLocal(host, request, params.src ?? '');
    return { ...state, ...checksumProblem(params.checksum, state) };
  },
  plan(params, current) {
    if (current.problem !== undefined) return { steps: [], failure: current.problem };
    return planCopy(params, current.entries);
  },
  result({ params, current, outcomes }) {
    const file = current.single ? current.entries.find((entry) => entry.type === 'file') : undefined;
    const source = current.src === undefined ? {} : { src: current.src };
    if (!file) return { dest: current.dest, ...source };
    return { ...source, ...fileValues(params, file, outcomes) };
  },
});

function checkParams(params: { readonly src?: string | undefined; readonly content?: unknown }): void {
  if ((params.src === undefined) === (params.content === undefined)) {
    throw new ParamsError('give exactly one of src and content');
  }
}

async function readContent(host: HostAccess, request: Request, content: unknown): Promise<CopyState> {
  const text = typeof content === 'string' ? content : pythonJson(content);
  const source = { text };
  const wanted: WantedFile = { type: 'file', source, checksum: sha256(text), size: Buffer.byteLength(text) };
  const state = await readSingle(host, request, wanted, undefined);
  const asDirectory = request.dest.endsWith('/') || state.entries[0]?.stat?.type === 'directory';
  return asDirectory
    ? { ...state, problem: `content needs a file as dest, not the directory ${request.dest}` }
    : state;
}

async function readLocal(host: HostAccess, request: Request, src: string): Promise<CopyState> {
  const local = await host.local(src);
  const state =
    local.type === 'file'
      ? await readSingle(host, request, wantedLocal(local.path, local), nameOf(src))
      : await readTree(host, request, src, localTree(local));
  return { ...state, src: local.path };
}

function wantedLocal(path: string, file: Pick<LocalFile, 'checksum' | 'size' | 'mode'>): WantedFile {
  const { checksum, size, mode } = file;
  return { type: 'file', source: { localFile: path }, checksum, size, sourceMode: mode };
}

function localTree(local: LocalFile): TreeItem[] {
  const items = local.entries.map((entry) => ({
    path: entry.path,
    file: entry.type === 'file' ? wantedLocal(posix.join(local.path, entry.path), entry) : undefined,
  }));
  return [{ path: '.', file: undefined }, ...items];
}

async function readRemote(host: HostAccess, request: Request, src: string): Promise<CopyState> {
  const stat = await host.stat(src, { follow: true, checksum: true });
  if (stat === undefined) {
    return { dest: request.dest, src, single: true, entries: [], problem: `Source ${src} not found` };
  }
  const state =
    stat.type === 'directory'
      ? await readTree(host, request, src, await remoteTree(host, src))
      : await readSingle(host, request, wantedRemote(src, stat), nameOf(src));
  return { ...state, src };
}

function wantedRemote(
  path: string,
  stat: { readonly checksum?: string; readonly size: number; readonly mode: string },
): WantedFile {
  const { checksum = '', size, mode } = stat;
  return { type: 'file', source: { remotePath: path }, checksum, size, sourceMode: mode };
}

/** A directory of the host and everything below, links followed, parents first. */
async function remoteTree(host: HostAccess, src: string): Promise<TreeItem[]> {
  const found = await host.run(
    ['find', '-L', trimSlashes(src), '(', '-type', 'd', '-o', '-type', 'f', ')', '-print0'],
    {
      needs: [{ path: src }],
    },
  );
  const paths = found.stdout.split('\0').filter((path) => path !== '');
  const items = paths.sort().map(async (path): Promise<TreeItem> => {
    const stat = await host.stat(path, { follow: true, checksum: true });
    const newMode = stat?.mode ?? '0755';
    const file = stat?.type === 'file' ? { ...wantedRemote(path, stat), newMode } : undefined;
    return { path: posix.relative(src, path), file, newMode };
  });
  return Promise.all(items);
}

/** One path of a source tree, relative to it; `file` is undefined for a directory. */
interface TreeItem {
  readonly path: string;
  readonly file: WantedFile | undefined;
  /** Mode of a directory that is new; undefined = what the host's umask leaves. */
  readonly newMode?: string;
}

async function readTree(
  host: HostAccess,
  request: Request,
  src: string,
  items: readonly TreeItem[],
): Promise<CopyState> {
  const root = src.endsWith('/') ? trimSlashes(request.dest) : posix.join(request.dest, nameOf(src));
  const readEntry = async ({ path, file, newMode }: TreeItem): Promise<CopyEntry> => {
    const target = posix.join(root, path);
    if (file) return readFileEntry(host, { ...file, path: target }, request.follow);
    const stat = await host.stat(target, { follow: true });
    const mode = newMode === undefined ? {} : { newMode };
    return { type: 'directory', path: target, ...mode, ...(stat === undefined ? {} : { stat }) };
  };
  const entries = await Promise.all(items.map(readEntry));
  return { dest: root, single: false, entries };
}

function checksumProblem(checksum: string | undefined, state: CopyState): { problem?: string } {
  const file = state.entries.find((entry) => entry.type === 'file');
  if (checksum === undefined || state.problem !== undefined || !state.single || !file) return {};
  if (file.checksum === checksum.toLowerCase()) return {};
  return { problem: `the source has the checksum ${file.checksum}, not ${checksum}` };
}
