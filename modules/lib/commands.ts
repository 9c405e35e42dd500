import {
  type ExecResult,
  type HostAccess,
  type Plan,
  type Prediction,
  quote,
  type ResultContext,
  type RunStep,
  Unknown,
  type ValueMap,
} from '../../src/module/index.ts';
import { joinPath } from './paths.ts';

/** Params that command, shell and script share. */
export const commandParams = {
  chdir: { type: 'string', format: 'path', description: 'Directory of the host to change into first.' },
  creates: {
    type: 'string',
    description: 'Path or glob on the host; where something is there already, the command is not run.',
  },
  removes: {
    type: 'string',
    description: 'Path or glob on the host; where nothing is there, the command is not run.',
  },
  stdin: { type: 'string', description: 'Text for the standard input of the command.' },
  stdin_add_newline: {
    type: 'boolean',
    default: true,
    description: 'Whether to end `stdin` with a line end.',
  },
  strip_empty_ends: {
    type: 'boolean',
    default: true,
    description: 'Whether to drop empty lines at the end of the registered output.',
  },
} as const;

/** What command, shell and script register. */
export const commandReturns = {
  cmd: 'what was run',
  rc: 'exit code',
  stdout: 'what it wrote to standard output, without the last line ends',
  stderr: 'the same of standard error',
  stdout_lines: '`stdout` as a list of lines',
  stderr_lines: '`stderr` as a list of lines',
  start: 'when the task began, UTC',
  end: 'when the command ended, UTC',
  delta: 'how long it took, as h:mm:ss.ffffff',
  msg: 'why it failed or was not run',
};

export interface CommandGuards {
  readonly chdir?: string | undefined;
  readonly creates?: string | undefined;
  readonly removes?: string | undefined;
}

export interface CommandParams extends CommandGuards {
  readonly stdin?: string | undefined;
  readonly stdin_add_newline: boolean;
  readonly strip_empty_ends: boolean;
}

/** What is known before a command: whether its guards say no, and the time. */
export interface CommandState {
  readonly createsExists: boolean;
  readonly removesExists: boolean;
  readonly now: number;
}

/** Looks at `creates` and `removes`, relative to `chdir`. */
export async function readGuards(host: HostAccess, params: CommandGuards): Promise<CommandState> {
  const [createsExists, removesExists] = await Promise.all([
    params.creates === undefined ? false : exists(host, joinPath(params.chdir, params.creates)),
    params.removes === undefined ? true : exists(host, joinPath(params.chdir, params.removes)),
  ]);
  return { createsExists, removesExists, now: host.now };
}

/**
 * The plan of a user's command: nothing where a guard says so, else one step.
 *
 * @param cmd what to register as `cmd`
 * @param run the program or script, and what else belongs to the step
 */
export function planCommand(
  params: CommandParams,
  current: CommandState,
  cmd: string | readonly string[],
  run: Pick<RunStep, 'argv' | 'script' | 'executable' | 'stage'>,
): Plan {
  const reason = reasonNotToRun(params, current);
  if (reason !== undefined) return { steps: [], values: notRunValues(cmd, reason) };
  const step: RunStep = {
    kind: 'run',
    ...run,
    user: true,
    summary: `run ${oneLine(typeof cmd === 'string' ? cmd : quote(cmd))}`,
    predicts: guardPredictions(params),
    ...(params.chdir === undefined ? {} : { cwd: params.chdir }),
    ...(params.stdin === undefined ? {} : { stdin: { text: stdinText(params) } }),
  };
  return { steps: [step] };
}

/**
 * The registered values of a user's command: run, failed, or (check mode) only simulated.
 *
 * @param cmd what to register as `cmd`
 */
export function commandResult(
  { params, current, outcomes }: ResultContext<CommandParams, CommandState>,
  cmd: string | readonly string[],
): ValueMap {
  const outcome = outcomes[0];
  if (!outcome) return {};
  if (!outcome.exec) return outcome.status === 'failed' ? { cmd } : { cmd, ...unknownValues() };
  return { cmd, ...execValues(outcome.exec, current.now, params.strip_empty_ends) };
}

/** Exit code, output and times of a finished command under Ansible's names. */
function execValues(exec: ExecResult, startedAt: number, strip: boolean): ValueMap {
  return {
    rc: exec.exitCode,
    ...outputValues(exec, strip),
    ...timeValues(startedAt, exec.durationMs),
    msg: exec.exitCode === 0 ? '' : 'non-zero return code',
  };
}

/** Output as text and as lines. */
export function outputValues(exec: Pick<ExecResult, 'stdout' | 'stderr'>, strip: boolean): ValueMap {
  const stdout = strip ? exec.stdout.replace(/[\r\n]+$/, '') : exec.stdout;
  const stderr = strip ? exec.stderr.replace(/[\r\n]+$/, '') : exec.stderr;
  return { stdout, stderr, stdout_lines: toLines(stdout), stderr_lines: toLines(stderr) };
}

/**
 * When a command began and ended.
 *
 * @param startedAt milliseconds since 1970
 */
export function timeValues(startedAt: number, durationMs: number): ValueMap {
  return {
    start: timestamp(startedAt),
    end: timestamp(startedAt + durationMs),
    delta: duration(durationMs),
  };
}

function reasonNotToRun(params: CommandGuards, current: CommandState): string | undefined {
  if (current.createsExists) return `skipped, since ${params.creates} exists`;
  if (!current.removesExists) return `skipped, since ${params.removes} does not exist`;
  return undefined;
}

function notRunValues(cmd: string | readonly string[], reason: string): ValueMap {
  const msg = reason.replace('skipped', 'Did not run command');
  return { cmd, rc: 0, stdout: reason, stderr: '', stdout_lines: [reason], stderr_lines: [], msg };
}

function unknownValues(): ValueMap {
  const unknown = new Unknown('the command was only simulated');
  const names = ['rc', 'stdout', 'stderr', 'stdout_lines', 'stderr_lines'];
  return Object.fromEntries(names.map((name) => [name, unknown]));
}

/** What a command with guards brings about: the path it creates, the path it removes. */
function guardPredictions(params: CommandGuards): Prediction[] {
  const predictions: Prediction[] = [];
  if (params.creates !== undefined && !isGlob(params.creates)) {
    predictions.push({ kind: 'path', path: joinPath(params.chdir, params.creates), type: 'file' });
  }
  if (params.removes !== undefined && !isGlob(params.removes)) {
    predictions.push({ kind: 'path', path: joinPath(params.chdir, params.removes), type: 'absent' });
  }
  return predictions;
}

function stdinText(params: CommandParams): string {
  return `${params.stdin ?? ''}${params.stdin_add_newline ? '\n' : ''}`;
}

function oneLine(text: string): string {
  const line = text.trim().replaceAll(/\s*\n\s*/g, ' ; ');
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
}

async function exists(host: HostAccess, path: string): Promise<boolean> {
  if (!isGlob(path)) return (await host.stat(path)) !== undefined;
  const pattern = path.replaceAll(/[^A-Za-z0-9_./*?[\]!^-]/g, (char) => `\\${char}`);
  const look = `for found in ${pattern}; do if [ -e "$found" ] || [ -L "$found" ]; then exit 0; fi; done; exit 1`;
  return (await host.script(look)).exitCode === 0;
}

function isGlob(path: string): boolean {
  return /[*?[]/.test(path);
}

function toLines(text: string): string[] {
  return text === '' ? [] : text.split(/\r\n|\n|\r/);
}

function timestamp(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace('T', ' ').replace('Z', '000');
}

function duration(milliseconds: number): string {
  const total = Math.max(0, milliseconds);
  const pad = (value: number, width: number): string => String(Math.floor(value)).padStart(width, '0');
  const seconds = `${pad((total / 1000) % 60, 2)}.${pad((total % 1000) * 1000, 6)}`;
  return `${Math.floor(total / 3_600_000)}:${pad((total / 60_000) % 60, 2)}:${seconds}`;
}
