import { stripVTControlCharacters } from 'node:util';
import type { Emit, RunEvent } from '../model/event.ts';
import { duration } from './recap.ts';

export interface LiveOptions {
  readonly writeLine: (line: string) => void;
  readonly now?: () => number;
  /** Seconds after which a task still running is mentioned, and again each time as long. */
  readonly everySeconds?: number;
}

export interface TerminalLiveOptions extends LiveOptions {
  readonly writeRaw: (text: string) => void;
  readonly columns: () => number;
}

interface Running {
  readonly host: string;
  readonly task: string;
  readonly startedAt: number;
  detail: string;
}

/** What runs where right now; fed by events. */
class RunningTasks {
  readonly #running = new Map<string, Running>();
  readonly #names = new Map<string, string>();

  handle(event: RunEvent, now: number): void {
    if (event.event === 'task_start') this.#names.set(event.task.id, event.task.name);
    if (event.event === 'host_start') {
      const task = this.#names.get(event.taskId) ?? event.taskId;
      this.#running.set(keyOf(event), { host: event.host, task, startedAt: now, detail: '' });
    }
    if (event.event === 'output') {
      const running = this.#running.get(keyOf(event));
      if (running) running.detail = lastLine(event.text) || running.detail;
    }
    if (event.event === 'result') this.#running.delete(keyOf(event));
    if (event.event === 'recap') this.#running.clear();
  }

  list(): readonly Running[] {
    return [...this.#running.values()];
  }
}

/**
 * Keeps one line at the bottom of a terminal that says what is running where and for how long.
 *
 * @returns `emit` to feed it, `writeLine` to print above the line, and `stop`
 */
export function createTerminalLive(options: TerminalLiveOptions): LiveReport {
  const now = options.now ?? Date.now;
  const tasks = new RunningTasks();
  let shown = false;
  const clear = (): void => {
    if (shown) options.writeRaw('\r\u001b[2K');
    shown = false;
  };
  const draw = (): void => {
    clear();
    const text = liveLine(tasks.list(), now(), options.columns() - 1);
    if (text === '') return;
    options.writeRaw(text);
    shown = true;
  };
  const timer = setInterval(draw, 200);
  timer.unref();
  return {
    emit: (event) => tasks.handle(event, now()),
    writeLine: (line) => {
      clear();
      options.writeLine(line);
    },
    stop: () => {
      clearInterval(timer);
      clear();
    },
  };
}

/** Where there is no terminal: a line for each task that runs long, now and then. */
export function createPlainLive(options: LiveOptions): LiveReport {
  const now = options.now ?? Date.now;
  const everyMs = (options.everySeconds ?? 30) * 1000;
  const tasks = new RunningTasks();
  const mentioned = new WeakMap<Running, number>();
  const mention = (): void => {
    for (const running of tasks.list()) {
      const since = mentioned.get(running) ?? running.startedAt;
      if (now() - since < everyMs) continue;
      mentioned.set(running, now());
      options.writeLine(`... still running: ${describe(running, now())}`);
    }
  };
  const timer = setInterval(mention, 1000);
  timer.unref();
  return {
    emit: (event) => tasks.handle(event, now()),
    writeLine: options.writeLine,
    stop: () => clearInterval(timer),
  };
}

export interface LiveReport {
  readonly emit: Emit;
  readonly writeLine: (line: string) => void;
  readonly stop: () => void;
}

/** The text of the live line; empty where nothing has run for a second. */
function liveLine(running: readonly Running[], now: number, columns: number): string {
  const slow = running.filter((entry) => now - entry.startedAt >= 1000);
  if (slow.length === 0) return '';
  const [first] = slow;
  const text =
    slow.length === 1 && first
      ? describe(first, now)
      : `${slow.length} hosts busy: ${slow.map((entry) => `${entry.host} ${duration(now - entry.startedAt)}`).join(', ')}`;
  return text.length > columns ? `${text.slice(0, Math.max(0, columns - 1))}…` : text;
}

function describe(running: Running, now: number): string {
  const detail = running.detail === '' ? '' : `: ${running.detail}`;
  return `[${running.host}] ${running.task} (${duration(now - running.startedAt)})${detail}`;
}

function keyOf(event: { readonly playId: string; readonly taskId: string; readonly host: string }): string {
  return `${event.playId} ${event.taskId} ${event.host}`;
}

function lastLine(text: string): string {
  const lines = stripVTControlCharacters(text)
    .split(/[\r\n]/)
    .map((line) => line.trim());
  return lines.filter((line) => line !== '').at(-1) ?? '';
}
