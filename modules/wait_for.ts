import { defineModule, ParamsError, type WaitCondition, type WaitStep } from '../src/module/index.ts';
import { drainedScript } from './lib/drained.ts';
import { compilePattern } from './lib/python-regex.ts';

export const waitFor = defineModule({
  name: 'wait_for',
  summary: 'Wait until a port, a file or the text in one is as wanted.',
  notes: [
    'Ports are tried from the host itself. Waiting is no change; check mode looks once and otherwise leaves it to the run.',
    'With neither `port` nor `path` it only waits for `timeout` seconds.',
  ],
  kind: 'action',
  scope: 'outside',
  volatile: true,
  params: {
    type: 'object',
    properties: {
      host: {
        type: 'string',
        default: '127.0.0.1',
        description: 'Name or address the port belongs to, seen from the host.',
      },
      port: { type: 'integer', minimum: 1, maximum: 65535, description: 'TCP port to wait for.' },
      path: {
        type: 'string',
        format: 'path',
        description: 'File on the host to wait for; instead of `port`.',
      },
      state: {
        type: 'string',
        enum: ['started', 'stopped', 'present', 'absent', 'drained'],
        default: 'started',
        description:
          '`started` or `present`: the port is open, the file there; `stopped` or `absent`: not; `drained`: no connection to the port is left.',
      },
      search_regex: {
        type: 'string',
        description: 'Pattern that the file, or what the port sends first, must match.',
      },
      timeout: { type: 'integer', default: 300, minimum: 0, description: 'After how many seconds to fail.' },
      delay: {
        type: 'integer',
        default: 0,
        minimum: 0,
        description: 'How many seconds before the first look.',
      },
      sleep: { type: 'integer', default: 1, minimum: 1, description: 'How many seconds between two looks.' },
      connect_timeout: {
        type: 'integer',
        default: 5,
        minimum: 1,
        description:
          'Accepted for compatibility: a look at a port takes as long as it needs within `timeout`.',
      },
      msg: { type: 'string', description: 'Message where it takes too long.' },
      exclude_hosts: {
        type: 'array',
        items: { type: 'string' },
        default: [],
        description: 'With `drained`: IPv4 addresses whose connections do not count.',
      },
    },
  },
  examples: `
- wait_for:
    port: 3306
    timeout: 60
- wait_for:
    path: /var/log/harbor/core.log
    search_regex: http server Running
`,
  returns: {
    elapsed: 'how many seconds it took',
    port: 'the port, where one was waited for',
    path: 'the file, where one was waited for',
    state: 'the param',
  },
  checkParams,
  async read() {
    return {};
  },
  plan(params) {
    checkParams(params);
    const what = describe(params);
    const step: WaitStep = {
      kind: 'wait',
      summary: `wait until ${what}`,
      until: condition(params),
      timeoutMs: params.timeout * 1000,
      intervalMs: params.sleep * 1000,
      failMessage: params.msg ?? `Timeout when waiting until ${what}`,
      ...(params.delay > 0 ? { delayMs: params.delay * 1000 } : {}),
    };
    return [step];
  },
  result({ params, outcomes }) {
    const elapsed = Math.floor((outcomes[0]?.durationMs ?? 0) / 1000);
    const { port, path, state, search_regex: regex } = params;
    return {
      elapsed,
      state,
      ...(port === undefined ? {} : { port }),
      ...(path === undefined ? {} : { path }),
      ...(regex === undefined ? {} : { search_regex: regex }),
    };
  },
});

interface WaitParams {
  readonly host: string;
  readonly port?: number | undefined;
  readonly path?: string | undefined;
  readonly state: 'started' | 'stopped' | 'present' | 'absent' | 'drained';
  readonly search_regex?: string | undefined;
  readonly exclude_hosts: readonly string[];
  readonly timeout: number;
}

function condition(params: WaitParams): WaitCondition {
  const { host, port, path, state } = params;
  const wanted = state === 'started' || state === 'present';
  const regex =
    wanted && params.search_regex !== undefined ? { regex: multilineSource(params.search_regex) } : {};
  if (path !== undefined) return { kind: 'path', path, state: wanted ? 'present' : 'absent', ...regex };
  if (port === undefined) return { kind: 'time' };
  if (state === 'drained')
    return { kind: 'command', script: drainedScript(host, port, params.exclude_hosts) };
  return { kind: 'port', address: host, port, state: wanted ? 'open' : 'closed', ...regex };
}

function checkParams(params: WaitParams): void {
  if (params.port !== undefined && params.path !== undefined) {
    throw new ParamsError('port and path cannot be given together');
  }
  if (params.state === 'drained' && params.port === undefined) {
    throw new ParamsError('state: drained needs a port');
  }
  if (params.search_regex !== undefined) multilineSource(params.search_regex);
}

/** The engine matches with the flag `m` alone. */
function multilineSource(pattern: string): string {
  const compiled = compilePattern(pattern, 'm');
  if (compiled.flags !== 'm')
    throw new ParamsError(`search_regex cannot have flags of its own: "${pattern}"`);
  return compiled.source;
}

function describe(params: WaitParams): string {
  const { host, port, path, state } = params;
  const pattern = params.search_regex === undefined ? '' : ` and matches ${params.search_regex}`;
  const wanted = state === 'started' || state === 'present';
  if (path !== undefined) return wanted ? `${path} is there${pattern}` : `${path} is gone`;
  if (port === undefined) return `${params.timeout} seconds have passed`;
  if (state === 'drained') return `no connection to port ${port} is left`;
  return wanted ? `${host}:${port} is open${pattern}` : `${host}:${port} is closed`;
}
