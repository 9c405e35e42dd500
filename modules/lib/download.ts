import {
  CommandError,
  type FileStat,
  type HostAccess,
  type HttpRequest,
  type HttpResponse,
  quoteWord,
  type RunStep,
  type StagedFile,
} from '../../src/module/index.ts';
import type { Checksum } from './checksum.ts';
import { type AttributeDrift, attributeScript } from './file-attributes.ts';
import { backupLines } from './file-copy.ts';
import { sha256 } from './text.ts';

/** A program of the host that can download without showing secrets in its arguments. */
export type DownloadTool = 'curl' | 'wget';

/** Prints which such programs there are, the better first. wget of busybox reads no configuration. */
export const findToolScript =
  "command -v curl >/dev/null && echo curl; wget --version 2>/dev/null | grep -q 'GNU Wget' && echo wget; true";

const caOption = {
  curl: ' --cacert "$MOORING_STAGE/ca"',
  wget: ' --ca-certificate="$MOORING_STAGE/ca"',
} as const;

export interface Download {
  readonly tool: DownloadTool;
  readonly request: HttpRequest;
  readonly path: string;
  /** What is at the path now. */
  readonly stat: FileStat | undefined;
  readonly drift: AttributeDrift;
  readonly checksum: Checksum | undefined;
  readonly backup: boolean;
}

/** One step that downloads beside the destination, proves the checksum, and renames. */
export function downloadStep(download: Download): RunStep {
  const { tool, path, stat, drift, checksum, request } = download;
  const kept = stat === undefined ? {} : { owner: String(stat.uid), group: String(stat.gid) };
  const attributes = { mode: stat?.mode ?? '0644', ...kept, ...drift };
  const dest = quoteWord(path);
  const ca = request.ca === undefined ? '' : caOption[tool];
  const lines = [
    'set -e',
    `new=$(mktemp ${quoteWord(`${path}.XXXXXX`)})`,
    `trap 'rm -f -- "$new"' EXIT`,
    tool === 'curl'
      ? `curl --config "$MOORING_STAGE/config"${ca} --output "$new"`
      : `wget --no-verbose --config="$MOORING_STAGE/config"${ca} --input-file="$MOORING_STAGE/url" --output-document="$new"`,
    ...(checksum === undefined ? [] : [checksumLine(checksum)]),
    attributeScript('"$new"', attributes),
    ...(download.backup && stat !== undefined ? backupLines(dest) : []),
    `mv -f -- "$new" ${dest}`,
  ];
  return {
    kind: 'run',
    script: lines.join('\n'),
    stage: stagedFiles(download),
    long: true,
    timeoutMs: 3_600_000,
    summary: `download ${request.url.split('?', 1)[0]} to ${path}`,
    predicts: [{ kind: 'path', path, type: 'file', ...attributes }],
  };
}

/** Address, headers and credentials go in files: arguments are public. */
function stagedFiles({ tool, request }: Download): StagedFile[] {
  const config = {
    name: 'config',
    content: { text: tool === 'curl' ? curlConfig(request) : wgetConfig(request) },
  };
  const url = { name: 'url', content: { text: `${request.url}\n` } };
  const ca = request.ca === undefined ? [] : [{ name: 'ca', content: { text: request.ca } }];
  return tool === 'curl' ? [config, ...ca] : [config, url, ...ca];
}

function checksumLine({ algorithm, value }: Checksum): string {
  const actual = `$(${algorithm}sum <"$new" | cut -d ' ' -f 1)`;
  return [
    `actual=${actual}`,
    `if [ "$actual" != ${value} ]; then echo "The ${algorithm} checksum of the download is $actual, not ${value}" >&2; exit 1; fi`,
  ].join('\n');
}

/** curl(1), --config: `name = "value"`, with backslash escapes. */
function curlConfig(request: HttpRequest): string {
  const value = (text: string): string =>
    `"${text.replaceAll(/["\\]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\r', '\\r')}"`;
  const seconds = Math.max(1, Math.ceil((request.timeoutMs ?? 10_000) / 1000));
  const { basicAuth } = request;
  return lines([
    `url = ${value(request.url)}`,
    'fail',
    'silent',
    'show-error',
    'location',
    'remote-time',
    `connect-timeout = ${seconds}`,
    `speed-time = ${seconds}`,
    'speed-limit = 1',
    ...(request.validateCerts === false ? ['insecure'] : []),
    ...Object.entries(request.headers ?? {}).map(([name, text]) => `header = ${value(`${name}: ${text}`)}`),
    ...(basicAuth ? [`user = ${value(`${basicAuth.user}:${basicAuth.password}`)}`] : []),
  ]);
}

/** wgetrc: `name = value` to the end of the line; the address is given as a file of addresses. */
function wgetConfig(request: HttpRequest): string {
  const { basicAuth } = request;
  return lines([
    `timeout = ${Math.max(1, Math.ceil((request.timeoutMs ?? 10_000) / 1000))}`,
    'tries = 1',
    ...(request.validateCerts === false ? ['check_certificate = off'] : []),
    ...Object.entries(request.headers ?? {}).map(([name, text]) => `header = ${name}: ${text}`),
    ...(basicAuth
      ? ['auth_no_challenge = on', `http_user = ${basicAuth.user}`, `http_password = ${basicAuth.password}`]
      : []),
  ]);
}

function lines(list: readonly string[]): string {
  return list.map((line) => `${line}\n`).join('');
}

/** Whether a file is what the server has now; `body` is set where it had to be read to tell. */
export interface Comparison {
  readonly same: boolean;
  readonly body?: Buffer;
}

/**
 * Asks whether the server's file is newer than the one at hand, by its date and size. Where the server
 * tells neither, or with `exactly`, the content itself is compared.
 */
export async function compareWithServer(
  host: HostAccess,
  request: HttpRequest,
  stat: FileStat,
  exactly: boolean,
): Promise<Comparison> {
  if (!exactly) {
    const since = { 'if-modified-since': new Date(stat.mtime * 1000).toUTCString() };
    const head = await host.request({
      ...request,
      method: 'HEAD',
      headers: { ...request.headers, ...since },
    });
    const told = head.status === 304 ? true : head.status === 200 ? tellsSame(head, stat) : undefined;
    if (told !== undefined) return { same: told };
  }
  const body = await readBody(host, request);
  return { same: stat.checksum === sha256(body), body };
}

/** The file's bytes, read through the control node. Throws CommandError on any status but 200. */
export async function readBody(host: HostAccess, request: HttpRequest): Promise<Buffer> {
  const response = await host.request({ ...request, method: 'GET' });
  if (response.status === 200) return response.body;
  throw new CommandError(
    `Request failed: ${response.url} answered ${response.status} ${response.statusText}`,
  );
}

function tellsSame(head: HttpResponse, stat: FileStat): boolean | undefined {
  const modified = Date.parse(head.headers['last-modified'] ?? '');
  const length = head.headers['content-length'];
  if (Number.isNaN(modified)) return undefined;
  if (length !== undefined && Number(length) !== stat.size) return false;
  return modified <= stat.mtime * 1000;
}
