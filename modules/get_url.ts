import { posix } from 'node:path';
import {
  defineModule,
  type FileStat,
  type HostAccess,
  type HttpRequest,
  type Plan,
  type PutStep,
} from '../src/module/index.ts';
import { type Checksum, hasChecksum, readChecksum } from './lib/checksum.ts';
import {
  compareWithServer,
  type DownloadTool,
  downloadStep,
  findToolScript,
  readBody,
} from './lib/download.ts';
import {
  type Attributes,
  attributeDrift,
  attributeParams,
  driftSteps,
  newAttributes,
  statValues,
} from './lib/file-attributes.ts';
import { backupOf } from './lib/file-copy.ts';
import { type HttpParams, httpParams, toRequest } from './lib/http.ts';
import { expandHome, nameOf, parentOf, trimSlashes } from './lib/paths.ts';
import { digest, sha256 } from './lib/text.ts';

export const getUrl = defineModule({
  name: 'get_url',
  summary: 'Download a file to the host.',
  notes: [
    'The host downloads it with curl or GNU wget. Where it has neither, or with `via: direct`, the bytes go through the control node, which holds them in memory.',
    'With a checksum nothing is asked of the server once the file is there. Without one, date and size of the file there and of the server are compared; `force` compares the content.',
  ],
  kind: 'state',
  background: true,
  scope: 'outside',
  volatile: true,
  params: {
    type: 'object',
    required: ['url', 'dest'],
    properties: {
      dest: {
        type: 'string',
        format: 'path',
        description: 'Path on the host; in a directory the file is called as in the address.',
      },
      checksum: {
        type: 'string',
        description:
          'What the file must have: `sha256:HEX`, or `sha256:URL` of a list of sums; md5 to sha512.',
      },
      force: {
        type: 'boolean',
        default: false,
        description: 'Whether to compare the content of a file that is there.',
      },
      backup: {
        type: 'boolean',
        default: false,
        description: 'Whether to keep a replaced file beside the new one.',
      },
      ...httpParams,
      username: { type: 'string', description: 'Another name of `url_username`.' },
      password: { type: 'string', writeOnly: true, description: 'Another name of `url_password`.' },
      timeout: {
        type: 'number',
        default: 10,
        exclusiveMinimum: 0,
        description: 'After how many seconds without an answer or a byte to give up.',
      },
      ...attributeParams,
    },
  },
  examples: `
- name: Download the offline installer
  get_url:
    url: https://storage.example.org/harbor-offline-installer-v1.5.4.tgz
    dest: /opt/harbor-offline-installer-v1.5.4.tgz
    checksum: sha256:https://storage.example.org/SHA256SUMS
    mode: '0644'
`,
  returns: {
    dest: 'path of the file',
    url: 'address it came from',
    checksum_dest: 'SHA-256 of the file, where known',
    mode: 'permissions, octal',
    owner: 'user it belongs to',
    group: 'group it belongs to',
    uid: 'number of that user',
    gid: 'number of that group',
    backup_file: 'path of the replaced file',
  },
  async read(host, params): Promise<GetState> {
    const place = await readPlace(host, await expandHome(host, params.dest), params.url);
    const request = requestOf(params);
    if (place.problem !== undefined) return { ...place, request, current: true };
    const ask = (url: string) => ({ ...request, url });
    const checksum =
      params.checksum === undefined ? undefined : await readChecksum(host, params.checksum, params.url, ask);
    const known = { ...place, request, ...(checksum === undefined ? {} : { checksum }) };
    const { same, body } = await compare(host, known, params.force);
    if (same) return { ...known, current: true };
    const tool = params.via === 'direct' || body ? undefined : await findTool(host);
    if (tool) return { ...known, current: false, tool };
    const bytes = body ?? (await readBody(host, request));
    return { ...known, current: false, body: bytes };
  },
  plan(params, current: GetState): Plan {
    const { path, stat, problem } = current;
    if (problem !== undefined) return { steps: [], failure: problem };
    const values = { dest: path, url: params.url };
    if (current.current) return { steps: stat ? driftSteps(path, stat, params) : [], values };
    const drift = driftOf(params, stat);
    if (current.tool) {
      const { tool, request, checksum } = current;
      return {
        steps: [downloadStep({ tool, request, path, stat, drift, checksum, backup: params.backup })],
        values,
      };
    }
    const why = wrongBody(current);
    if (why !== undefined) return { steps: [], failure: why };
    return { steps: [putBody(current, drift, params.backup)], values };
  },
  result({ params, current, outcomes }) {
    const backup = params.backup && !current.current ? backupOf(outcomes) : undefined;
    const { checksum, stat, body } = current;
    const known = checksum?.algorithm === 'sha256' ? checksum.value : body && sha256(body);
    const sum = current.current ? stat?.checksum : known;
    return {
      ...statValues(stat, driftOf(params, stat)),
      ...(sum === undefined ? {} : { checksum_dest: sum }),
      ...(backup === undefined ? {} : { backup_file: backup }),
    };
  },
});

interface Place {
  readonly path: string;
  readonly stat?: FileStat;
  readonly problem?: string;
}

interface GetState extends Place {
  readonly request: HttpRequest;
  readonly checksum?: Checksum;
  /** The file is as it must be but for its attributes. */
  readonly current: boolean;
  readonly tool?: DownloadTool;
  /** The file itself, where the host has no program to download it. */
  readonly body?: Buffer;
}

function requestOf(
  params: HttpParams & { readonly username?: string | undefined; readonly password?: string | undefined },
) {
  return toRequest(
    params,
    'GET',
    params.url_username ?? params.username,
    params.url_password ?? params.password,
  );
}

async function readPlace(host: HostAccess, dest: string, url: string): Promise<Place> {
  const name = nameOf(new URL(url).pathname);
  const path = dest.endsWith('/') ? posix.join(dest, name) : dest;
  const [stat, parent] = await Promise.all([
    host.stat(path, { follow: true, checksum: true }),
    host.typeOf(parentOf(path)),
  ]);
  if (stat?.type === 'directory' && !dest.endsWith('/')) return readPlace(host, `${dest}/`, url);
  if (parent !== 'directory') return { path, problem: `Destination ${parentOf(path)} does not exist` };
  if (trimSlashes(path) === trimSlashes(dest) && dest.endsWith('/')) {
    return { path, problem: `${url} does not name a file: give dest a file name` };
  }
  if (stat === undefined) return { path };
  return stat.type === 'file' ? { path, stat } : { path, problem: `${path} is a ${stat.type}, not a file` };
}

async function compare(
  host: HostAccess,
  known: Place & { readonly request: HttpRequest; readonly checksum?: Checksum },
  force: boolean,
): Promise<{ same: boolean; body?: Buffer }> {
  if (known.stat === undefined) return { same: false };
  if (known.checksum) return { same: (await hasChecksum(host, known.path, known.checksum)) === true };
  return compareWithServer(host, known.request, known.stat, force);
}

async function findTool(host: HostAccess): Promise<DownloadTool | undefined> {
  const found = (await host.script(findToolScript)).stdout.split('\n')[0];
  return found === 'curl' || found === 'wget' ? found : undefined;
}

function driftOf(params: Attributes, stat: FileStat | undefined) {
  return stat ? attributeDrift(params, stat) : newAttributes(params, 'file');
}

function wrongBody({ body, checksum, request }: GetState): string | undefined {
  if (body === undefined) return `${request.url} was not read`;
  if (checksum === undefined) return undefined;
  const sum = digest(checksum.algorithm, body);
  return sum === checksum.value
    ? undefined
    : `The ${checksum.algorithm} checksum of the download is ${sum}, not ${checksum.value}`;
}

function putBody(
  { path, body, stat }: GetState,
  drift: ReturnType<typeof driftOf>,
  backup: boolean,
): PutStep {
  return {
    kind: 'put',
    path,
    content: { bytes: body ?? Buffer.alloc(0) },
    summary: `${stat ? 'update' : 'create'} ${path}`,
    ...(stat ? { before: null } : {}),
    ...drift,
    ...(backup && stat ? { backup: true } : {}),
  };
}
