/**
 * A HostAccess made of data, for unit tests of `read`. Nothing runs; what was not declared is absent
 * (files, packages, users) or an error (commands, requests), so that a test says all it relies on.
 *
 *   const host = fakeHost({
 *     files: {
 *       '/etc/hosts': '127.0.0.1 localhost\n',                      // text = regular file, 0644 root root
 *       '/opt': { type: 'directory' },                               // parents of any file exist anyway
 *       '/etc/mtab': { type: 'link', target: '/proc/self/mounts' },
 *       '/srv/key': { content: 'k', mode: '0600', owner: 'harbor', uid: 10000 },
 *     },
 *     commands: { 'exportfs -v': '/data 10.0.0.1(rw)\n',            // argv quoted as a shell would need it
 *                 'false': { exitCode: 1, stderr: 'no' } },
 *     scripts: [[/docker inspect/, '[]'], ['exact text', { exitCode: 2 }]],  // first match answers
 *     packages: { nginx: '1.22.1-9' },                               // or { version, held, status }
 *     units: { 'ssh.service': { active: 'active', enabled: 'enabled' } },
 *     users: { harbor: { uid: 10000 } }, groups: { harbor: { gid: 10000 } }, facts: { hostname: 'h1' },
 *     local: { 'files/a.conf': 'text', 'tree/sub/b': { content: 'b', mode: '0755' } },  // directories follow
 *     templates: { 'a.conf.hbs': 'rendered' }, vars: { 'v.yml': { a: 1 } },
 *     request: (request) => ({ status: 200, body: '{}' }),
 *     hosts: { other: fakeHost({ … }) },
 *   });
 *   host.calls   // every command line, script and request so far, in order
 */
import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import { Readable } from 'node:stream';
import {
  CommandError,
  type ExecResult,
  type Facts,
  type FileStat,
  type GroupEntry,
  type HostAccess,
  type HttpRequest,
  type HttpResponse,
  type JobState,
  type PackageState,
  ParamsError,
  quote,
  type ReadOptions,
  type UnitState,
  type UserEntry,
  type Value,
} from '../../src/module/index.ts';
import { type FakeLocalFile, localBytes, localOf } from './fake-local.ts';

export type FakeFile = string | Buffer | (Partial<FileStat> & { readonly content?: string | Buffer });
export type FakeReply =
  | string
  | (Partial<Omit<ExecResult, 'stdoutBytes'>> & { readonly stdoutBytes?: Buffer });

export interface FakeHostSpec {
  readonly name?: string;
  readonly files?: Readonly<Record<string, FakeFile>>;
  readonly commands?: Readonly<Record<string, FakeReply>>;
  readonly scripts?: readonly (readonly [RegExp | string, FakeReply])[];
  /** Asked where neither commands nor scripts answer; undefined = no answer either. */
  readonly answer?: (text: string, options: ReadOptions) => FakeReply | undefined;
  readonly packages?: Readonly<Record<string, string | Partial<PackageState>>>;
  readonly units?: Readonly<Record<string, Partial<UnitState>>>;
  readonly users?: Readonly<Record<string, Partial<UserEntry>>>;
  readonly groups?: Readonly<Record<string, Partial<GroupEntry>>>;
  readonly facts?: Facts;
  readonly local?: Readonly<Record<string, FakeLocalFile>>;
  readonly templates?: Readonly<Record<string, string>>;
  readonly vars?: Readonly<Record<string, Readonly<Record<string, Value>>>>;
  readonly request?: (
    request: HttpRequest,
  ) => Partial<Omit<HttpResponse, 'body'>> & { body?: string | Buffer };
  readonly hosts?: Readonly<Record<string, HostAccess>>;
  readonly jobs?: Readonly<Record<string, JobState>>;
  readonly now?: number;
  readonly playbookDir?: string;
  readonly inventoryDir?: string;
  readonly verbosity?: number;
}

export interface FakeHost extends HostAccess {
  readonly calls: readonly string[];
}

/** See the top of this file. */
export function fakeHost(spec: FakeHostSpec = {}): FakeHost {
  const calls: string[] = [];
  const files = withParents(spec.files ?? {});
  const name = spec.name ?? 'h1';
  const reply = (text: string, options: ReadOptions): Promise<ExecResult> => {
    calls.push(text);
    return Promise.resolve(toExecResult(findReply(spec, text, options)));
  };
  return {
    calls,
    name,
    now: spec.now ?? Date.UTC(2026, 0, 2, 3, 4, 5),
    playbookDir: spec.playbookDir ?? '/playbooks',
    inventoryDir: spec.inventoryDir ?? '/inventory',
    verbosity: spec.verbosity ?? 0,
    run: async (argv, options = {}) => reply(quote(argv), options),
    script: async (text, options = {}) => reply(text, options),
    stat: async (path, options = {}) => statOf(files, path, options),
    typeOf: async (path) => statOf(files, path, { follow: true })?.type,
    content: async (path, options = {}) => contentOf(files, path, options.maxBytes ?? 10 * 1024 * 1024),
    list: async (path) => listOf(files, path),
    package: async (packageName) => packageOf(packageName, spec.packages?.[packageName]),
    unit: async (unitName) => unitOf(unitName, spec.units?.[unitName]),
    user: async (userName) => userOf(userName, spec.users?.[userName]),
    group: async (groupName) => groupOf(groupName, spec.groups?.[groupName]),
    facts: async () => spec.facts ?? {},
    request: async (request) => {
      calls.push(`${request.method} ${request.url}`);
      if (!spec.request) throw new Error(`fakeHost: no answer for ${request.method} ${request.url}`);
      return toResponse(request, spec.request(request));
    },
    job: async (id) => spec.jobs?.[id],
    on: (hostName) => {
      const other = spec.hosts?.[hostName];
      if (!other) throw new ParamsError(`unknown host "${hostName}"`);
      return other;
    },
    local: async (path) => localOf(spec.local ?? {}, path),
    localText: async (path) => localBytes(spec.local ?? {}, path).toString('utf8'),
    localStream: async (path) => Readable.from([localBytes(spec.local ?? {}, path)]),
    renderTemplate: async (path) => found(spec.templates, path, 'template'),
    localVars: async (path) => found(spec.vars, path, 'vars file'),
  };
}

function findReply(spec: FakeHostSpec, text: string, options: ReadOptions): FakeReply {
  const command = spec.commands?.[text];
  if (command !== undefined) return command;
  const script = spec.scripts?.find(([match]) =>
    typeof match === 'string' ? match === text : match.test(text),
  );
  const answer = script?.[1] ?? spec.answer?.(text, options);
  if (answer === undefined) throw new Error(`fakeHost: no answer for: ${text}`);
  return answer;
}

function toExecResult(reply: FakeReply): ExecResult {
  const given = typeof reply === 'string' ? { stdout: reply } : reply;
  const bytes = given.stdoutBytes ?? Buffer.from(given.stdout ?? '');
  return {
    exitCode: 0,
    stderr: '',
    durationMs: 1,
    truncated: false,
    timedOut: false,
    ...given,
    stdout: given.stdout ?? bytes.toString('utf8'),
    stdoutBytes: bytes,
  };
}

function withParents(files: Readonly<Record<string, FakeFile>>): Map<string, FakeFile> {
  const all = new Map<string, FakeFile>();
  for (const path of Object.keys(files)) {
    for (let parent = posix.dirname(path); ; parent = posix.dirname(parent)) {
      if (!(parent in files)) all.set(parent, { type: 'directory' });
      if (parent === posix.dirname(parent)) break;
    }
  }
  for (const [path, file] of Object.entries(files)) all.set(path, file);
  return all;
}

function statOf(
  files: Map<string, FakeFile>,
  path: string,
  options: { readonly follow?: boolean; readonly checksum?: boolean },
): FileStat | undefined {
  const normal = path.length > 1 ? path.replace(/\/+$/, '') : path;
  const file = files.get(normal);
  if (file === undefined) return undefined;
  const given: Partial<FileStat> = typeof file === 'string' || Buffer.isBuffer(file) ? {} : file;
  if (given.type === 'link' && options.follow === true) {
    return statOf(files, posix.resolve(posix.dirname(normal), given.target ?? ''), options);
  }
  const type = given.type ?? 'file';
  const bytes = bytesOf(file);
  const { content: _content, ...attributes } = given as { content?: unknown } & Partial<FileStat>;
  const sum =
    options.checksum === true && type === 'file'
      ? { checksum: createHash('sha256').update(bytes).digest('hex') }
      : {};
  return {
    type,
    mode: type === 'directory' ? '0755' : type === 'link' ? '0777' : '0644',
    owner: 'root',
    group: 'root',
    uid: 0,
    gid: 0,
    size: type === 'file' ? bytes.length : 4096,
    mtime: 1_700_000_000,
    inode: 1,
    links: 1,
    device: 1,
    ...sum,
    ...attributes,
  };
}

function contentOf(files: Map<string, FakeFile>, path: string, maxBytes: number): Buffer | undefined {
  const file = files.get(path);
  if (file === undefined) return undefined;
  if (typeof file === 'object' && !Buffer.isBuffer(file) && file.type === 'link') {
    return contentOf(files, posix.resolve(posix.dirname(path), file.target ?? ''), maxBytes);
  }
  const bytes = bytesOf(file);
  if (bytes.length > maxBytes) throw new CommandError(`${path} is larger than ${maxBytes} bytes`);
  return bytes;
}

function listOf(files: Map<string, FakeFile>, path: string): string[] | undefined {
  if (!files.has(path)) return undefined;
  return [...files.keys()]
    .filter((key) => key !== path && posix.dirname(key) === path)
    .map((key) => posix.basename(key))
    .sort();
}

function bytesOf(file: FakeFile): Buffer {
  const content = typeof file === 'string' || Buffer.isBuffer(file) ? file : (file.content ?? '');
  return Buffer.from(content as Buffer);
}

function packageOf(name: string, given: string | Partial<PackageState> | undefined): PackageState {
  const state = typeof given === 'string' ? { version: given } : given;
  const installed = state !== undefined;
  const status = installed ? 'install ok installed' : 'unknown ok not-installed';
  return { name, installed, held: false, status, ...state };
}

function unitOf(name: string, given: Partial<UnitState> | undefined): UnitState {
  const load = given ? 'loaded' : 'not-found';
  return { name, load, active: 'inactive', enabled: given ? 'disabled' : '', needsReload: false, ...given };
}

function userOf(name: string, given: Partial<UserEntry> | undefined): UserEntry | undefined {
  if (!given) return undefined;
  const defaults = { uid: 1000, gid: 1000, comment: '', home: `/home/${name}`, shell: '/bin/sh', groups: [] };
  return { name, ...defaults, ...given };
}

function groupOf(name: string, given: Partial<GroupEntry> | undefined): GroupEntry | undefined {
  return given ? { name, gid: 1000, members: [], ...given } : undefined;
}

function toResponse(
  request: HttpRequest,
  given: Partial<Omit<HttpResponse, 'body'>> & { body?: string | Buffer },
): HttpResponse {
  const { body, ...rest } = given;
  return {
    status: 200,
    statusText: 'OK',
    headers: {},
    setCookie: [],
    url: request.url,
    durationMs: 1,
    ...rest,
    body: Buffer.from((body ?? '') as Buffer),
  };
}

async function found<T>(
  map: Readonly<Record<string, T>> | undefined,
  path: string,
  what: string,
): Promise<T> {
  const value = map?.[path];
  if (value === undefined) throw new ParamsError(`no such ${what}: ${path}`);
  return value;
}
