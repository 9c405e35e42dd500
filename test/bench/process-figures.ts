/** Runs a command and tells what the operating system counted for it as a whole process. */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Command {
  readonly argv: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface ProcessFigures {
  readonly wallMs: number;
  /** CPU time of the command and of all it waited for. */
  readonly userMs: number;
  readonly systemMs: number;
  /** The largest single process. */
  readonly maxRssKiB: number;
}

export interface Finished {
  readonly figures: ProcessFigures;
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Settings of the shell that the benchmark is started from, which would slow down Node itself: with extra root
 * certificates Node 20 parses all its own before it runs the first line, which takes as long as the rest of its start.
 */
const leftOut = { NODE_EXTRA_CA_CERTS: undefined, NODE_OPTIONS: undefined };

const timeProgram = '/usr/bin/time';
const format = '%U %S %M';

/** @param timeoutMs after it the command is killed and counts as failed */
export async function measure(command: Command, timeoutMs = 900_000): Promise<Finished> {
  const directory = await mkdtemp(join(tmpdir(), 'mooring-bench-time-'));
  const report = join(directory, 'time');
  try {
    const started = performance.now();
    const words = ['--format', format, '--output', report, '--', ...command.argv];
    const ended = await finish(timeProgram, words, command.env ?? {}, timeoutMs);
    const wallMs = performance.now() - started;
    return { ...ended, figures: { wallMs, ...parseTime(await readFile(report, 'utf8')) } };
  } finally {
    await rm(directory, { recursive: true });
  }
}

/**
 * Reads what GNU time wrote; a line about the exit status may stand before the figures.
 *
 * @throws Error where there are none
 */
export function parseTime(text: string): Omit<ProcessFigures, 'wallMs'> {
  const match = /^([\d.]+) ([\d.]+) (\d+)$/m.exec(text);
  if (!match) throw new Error(`not what time writes: ${text}`);
  const [, user, system, rss] = match;
  return {
    userMs: Math.round(Number(user) * 1000),
    systemMs: Math.round(Number(system) * 1000),
    maxRssKiB: Number(rss),
  };
}

function finish(
  program: string,
  words: readonly string[],
  env: Readonly<Record<string, string>>,
  timeoutMs: number,
): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    // A group of its own, so that what the command started ends with it when it takes too long.
    const child = spawn(program, words, {
      env: { ...process.env, ...leftOut, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const timer = setTimeout(() => process.kill(-(child.pid ?? 0), 'SIGKILL'), timeoutMs);
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.once('error', reject);
    child.once('exit', (code) => {
      clearTimeout(timer);
      resolve({ code: code ?? -1, stdout, stderr });
    });
  });
}
