import {
  CommandError,
  defineModule,
  type HostAccess,
  type HttpRequest,
  type HttpResponse,
  ParamsError,
  type Plan,
  type ValueMap,
} from '../src/module/index.ts';
import { attributeParams } from './lib/file-attributes.ts';
import { planCopy } from './lib/file-copy.ts';
import { type CopyState, type Request, readSingle } from './lib/file-destination.ts';
import { encodeBody, httpParams, parseJson, responseValues, toRequest, unknownAnswer } from './lib/http.ts';
import { expandHome, nameOf } from './lib/paths.ts';
import { asText, sha256 } from './lib/text.ts';

export const uri = defineModule({
  name: 'uri',
  summary: 'Talk to a web service.',
  notes: [
    'GET, HEAD and OPTIONS only look: they are sent in check mode too and are no change unless `dest` differs. Other methods count as a change.',
    'By default the request goes out from the host, through its connection, so the control node needs no route to the service and the host needs no program for it.',
    'A service that cannot be reached gives `status: -1`.',
  ],
  kind: 'action',
  scope: 'outside',
  volatile: true,
  params: {
    type: 'object',
    required: ['url'],
    properties: {
      method: { type: 'string', pattern: '^[A-Z]+$', default: 'GET', description: 'Method, in capitals.' },
      body: { description: 'What to send: text, or with `body_format` a mapping or list.' },
      body_format: {
        type: 'string',
        enum: ['raw', 'json', 'form-urlencoded'],
        default: 'raw',
        description: 'How `body` is written; sets Content-Type too.',
      },
      status_code: {
        type: ['integer', 'array'],
        items: { type: 'integer' },
        default: [200],
        description: 'Statuses that are a success.',
      },
      return_content: {
        type: 'boolean',
        default: false,
        description: 'Whether to register the body as `content`.',
      },
      ...httpParams,
      user: { type: 'string', description: 'Another name of `url_username`.' },
      password: { type: 'string', writeOnly: true, description: 'Another name of `url_password`.' },
      timeout: {
        type: 'number',
        default: 30,
        exclusiveMinimum: 0,
        description: 'How many seconds an answer may take.',
      },
      follow_redirects: {
        type: ['string', 'boolean'],
        enum: ['all', 'none', 'no', 'safe', 'urllib2', 'yes', true, false],
        default: 'safe',
        description: 'Which redirects are followed; `safe`: those of GET and HEAD.',
      },
      dest: {
        type: 'string',
        format: 'path',
        description: 'File or directory on the host to save the body of a GET to.',
      },
      creates: {
        type: 'string',
        format: 'path',
        description: 'Path on the host; where something is there, nothing is sent.',
      },
      removes: {
        type: 'string',
        format: 'path',
        description: 'Path on the host; where nothing is there, nothing is sent.',
      },
      ...attributeParams,
    },
  },
  examples: `
- name: Wait until Harbor answers
  uri:
    url: https://127.0.0.1/api/systeminfo
    validate_certs: false
  register: info
  until: info.status == 200
  retries: 30
  delay: 2
- uri:
    url: http://127.0.0.1:8080/api/projects
    method: POST
    user: admin
    password: '{{ harbor_admin_password }}'
    body_format: json
    body: { project_name: library }
    status_code: [201, 409]
`,
  returns: {
    status: 'status of the answer; -1 where there was none',
    url: 'address that answered, after redirects',
    json: 'the body, where it is JSON',
    content: 'the body as text, with `return_content` or where the status is not as wanted',
    elapsed: 'how many whole seconds it took',
    redirected: 'whether another address answered',
    cookies: 'name and value of each cookie set',
    cookies_string: 'the cookies as a Cookie header needs them',
    msg: 'status and size, or why it failed',
    dest: 'path the body was saved to',
  },
  async read(host, params): Promise<UriState> {
    const reason = await reasonNotToSend(host, params);
    if (reason !== undefined) return { reason };
    const request = requestOf(params);
    if (!isRead(params.method)) {
      if (params.dest !== undefined) throw new ParamsError('dest is only for GET');
      return { request };
    }
    const answer = await ask(host, request);
    if (!('response' in answer) || params.dest === undefined) return { request, ...answer };
    return { request, ...answer, saved: await readDest(host, params.dest, params.url, answer.response) };
  },
  plan(params, current: UriState): Plan {
    const { reason, request, response, unreachable } = current;
    const wanted = [params.status_code].flat();
    if (reason !== undefined) return { steps: [], message: reason, values: { msg: reason } };
    if (unreachable !== undefined) return noAnswer(params.url, wanted, unreachable);
    if (response === undefined) {
      const summary = `${params.method} ${withoutQuery(params.url)}`;
      return { steps: request === undefined ? [] : [{ kind: 'request', request, expect: wanted, summary }] };
    }
    const values = answerValues(params, response, wanted);
    if (!wanted.includes(response.status)) {
      return {
        steps: [],
        failure: `Status code was ${response.status} and not ${JSON.stringify(wanted)}: ${values['msg']}`,
        values,
      };
    }
    return {
      ...planSave(params, current.saved),
      values: { ...values, ...(current.saved ? { dest: current.saved.dest } : {}) },
    };
  },
  result({ params, outcomes }) {
    const response = outcomes.find((outcome) => outcome.response !== undefined)?.response;
    if (response) return answerValues(params, response, [params.status_code].flat());
    return outcomes.some(({ step, status }) => step.kind === 'request' && status === 'skipped')
      ? unknownAnswer()
      : {};
  },
});

interface UriParams {
  readonly url: string;
  readonly return_content: boolean;
  readonly creates?: string | undefined;
  readonly removes?: string | undefined;
}

interface UriState {
  readonly reason?: string;
  readonly request?: HttpRequest;
  readonly response?: HttpResponse;
  readonly unreachable?: string;
  readonly saved?: CopyState;
}

function isRead(method: string): boolean {
  return ['GET', 'HEAD', 'OPTIONS'].includes(method);
}

async function reasonNotToSend(
  host: HostAccess,
  { creates, removes }: UriParams,
): Promise<string | undefined> {
  const [created, removed] = await Promise.all([
    creates === undefined ? undefined : host.stat(creates),
    removes === undefined ? undefined : host.stat(removes),
  ]);
  if (created !== undefined) return `skipped, since '${creates}' exists`;
  if (removes !== undefined && removed === undefined) return `skipped, since '${removes}' does not exist`;
  return undefined;
}

function requestOf(
  params: Parameters<typeof toRequest>[0] & {
    readonly method: string;
    readonly body?: unknown;
    readonly body_format: 'raw' | 'json' | 'form-urlencoded';
    readonly user?: string | undefined;
    readonly password?: string | undefined;
    readonly follow_redirects: string | boolean;
  },
): HttpRequest {
  const user = params.url_username ?? params.user;
  const password = params.url_password ?? params.password;
  const request = toRequest(params, params.method, user, password);
  const body = encodeBody(params.body, params.body_format);
  return {
    ...request,
    headers: { ...(hasContentType(request) ? {} : body.headers), ...request.headers },
    followRedirects: redirects(params.follow_redirects),
    ...(body.text === undefined ? {} : { body: body.text }),
  };
}

function hasContentType(request: HttpRequest): boolean {
  return Object.keys(request.headers ?? {}).some((name) => name.toLowerCase() === 'content-type');
}

function redirects(value: string | boolean): 'none' | 'safe' | 'all' {
  if (value === 'all' || value === 'yes' || value === true) return 'all';
  return value === 'none' || value === 'no' || value === false ? 'none' : 'safe';
}

async function ask(
  host: HostAccess,
  request: HttpRequest,
): Promise<{ response: HttpResponse } | { unreachable: string }> {
  try {
    return { response: await host.request(request) };
  } catch (error) {
    // Only a service that does not answer: a lost host is for the engine.
    if (error instanceof CommandError) return { unreachable: error.message };
    throw error;
  }
}

function noAnswer(url: string, wanted: readonly number[], why: string): Plan {
  const msg = `Status code was -1 and not ${JSON.stringify(wanted)}: Request failed: ${why}`;
  const values = { status: -1, url, elapsed: 0, redirected: false, msg };
  return wanted.includes(-1) ? { steps: [], values } : { steps: [], failure: msg, values };
}

function answerValues(params: UriParams, response: HttpResponse, wanted: readonly number[]): ValueMap {
  const text = asText(response.body);
  const json = parseJson(response, text);
  const show = params.return_content || !wanted.includes(response.status);
  return {
    ...responseValues(response, params.url),
    ...(json === undefined ? {} : { json }),
    ...(show ? { content: text ?? response.body.toString('base64') } : {}),
  };
}

async function readDest(
  host: HostAccess,
  dest: string,
  url: string,
  response: HttpResponse,
): Promise<CopyState> {
  const request: Request = { dest: await expandHome(host, dest), follow: true };
  const bytes = response.body;
  const wanted = { type: 'file', source: { bytes }, checksum: sha256(bytes), size: bytes.length } as const;
  return readSingle(host, request, wanted, nameOf(new URL(url).pathname) || 'index.html');
}

function planSave(params: Parameters<typeof attributesOf>[0], saved: CopyState | undefined): Plan {
  if (saved === undefined) return { steps: [] };
  if (saved.problem !== undefined) return { steps: [], failure: saved.problem };
  return planCopy(attributesOf(params), saved.entries);
}

function attributesOf(params: {
  readonly mode?: string | undefined;
  readonly owner?: string | number | undefined;
  readonly group?: string | number | undefined;
}): Parameters<typeof planCopy>[0] {
  const { mode, owner, group } = params;
  return { mode, owner, group, force: true, backup: false, unsafe_writes: false };
}

/** Queries may hold tokens. */
function withoutQuery(url: string): string {
  return url.split('?', 1)[0] ?? url;
}
