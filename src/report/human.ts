import type { Emit, RunEvent } from '../model/event.ts';
import { leftBehind } from './left-behind.ts';
import { recapLines } from './recap.ts';
import { hostLabel, type LineOptions, resultLines } from './result-lines.ts';
import { colorOf, type Paint } from './style.ts';

export interface HumanReportOptions extends LineOptions {
  /** Receives whole lines without newline, masked by the caller. */
  readonly writeLine: (line: string) => void;
  readonly paint: Paint;
  /** Characters a banner is filled up to. */
  readonly width: number;
}

type EventOf<K extends RunEvent['event']> = Extract<RunEvent, { event: K }>;

/** Prints a run the way Ansible's users read and grep it. */
export function createHumanReport(options: HumanReportOptions): Emit {
  const report = new HumanReport(options);
  return (event) => report.handle(event);
}

class HumanReport {
  readonly #options: HumanReportOptions;
  readonly #plays = new Map<string, EventOf<'play_start'>>();
  readonly #tasks = new Map<string, EventOf<'task_start'>['task']>();
  #check = false;
  /** The banner that stands last on the screen: lines of another play or task need their own. */
  #banner = '';

  constructor(options: HumanReportOptions) {
    this.#options = options;
  }

  handle(event: RunEvent): void {
    switch (event.event) {
      case 'run_start':
        this.#check = event.check;
        return;
      case 'play_start':
        return this.#startPlay(event);
      case 'task_start':
        return this.#startTask(event);
      case 'item_result':
      case 'result':
        return this.#result(event);
      case 'output':
        return this.#output(event);
      case 'retry':
        return this.#line(event.playId, event.taskId, this.#retryText(event));
      case 'included':
        return this.#included(event);
      case 'warning':
        return this.#print(`[WARNING]: ${event.host ? `[${event.host}] ` : ''}${event.message}`);
      case 'chunk_start':
        return this.#startChunk(event);
      case 'not_reached':
        return this.#notReached(event);
      case 'handlers_lost':
        return this.#handlersLost(event);
      case 'recap':
        return this.#recap(event);
      default:
        return;
    }
  }

  #startPlay(event: EventOf<'play_start'>): void {
    this.#plays.set(event.playId, event);
    const batch = event.batch ? ` (batch ${event.batch.number} of ${event.batch.of})` : '';
    this.#print('');
    this.#print(this.#banner_(`PLAY [${event.name}]${batch}`));
    this.#banner = '';
    if (event.hosts.length === 0) this.#print('skipping: no hosts matched');
  }

  #startTask(event: EventOf<'task_start'>): void {
    this.#tasks.set(event.task.id, event.task);
    if (!this.#plays.get(event.playId)?.parallel) this.#showBanner(event.playId, event.task.id);
  }

  #showBanner(playId: string, taskId: string): void {
    const key = `${playId} ${taskId}`;
    if (this.#banner === key) return;
    this.#banner = key;
    const task = this.#tasks.get(taskId);
    const word = task?.handler ? 'RUNNING HANDLER' : 'TASK';
    const play = this.#plays.get(playId);
    const name = play?.parallel ? `${play.name} | ${task?.name}` : task?.name;
    this.#print('');
    this.#print(this.#banner_(`${word} [${name}]`));
    if (this.#options.verbosity >= 2 && task) {
      this.#print(`task path: ${task.position.file}:${task.position.line}`);
    }
  }

  #result(event: EventOf<'result'> | EventOf<'item_result'>): void {
    const isLoopSummary = event.event === 'result' && (event.result.items?.length ?? 0) > 0;
    if (isLoopSummary && !['failed', 'unreachable'].includes(event.result.outcome)) return;
    const label = hostLabel(event.host, event.delegatedTo);
    const module = this.#tasks.get(event.taskId)?.module;
    const showValues = module === 'debug' || (module === 'assert' && event.result.message !== undefined);
    const lines = resultLines(label, event.result, { ...this.#options, showValues });
    for (const line of lines) this.#line(event.playId, event.taskId, line);
  }

  #output(event: EventOf<'output'>): void {
    if (event.stream !== 'progress' && this.#options.verbosity < 1) return;
    const text = event.text.trimEnd();
    if (text === '') return;
    for (const line of text.split('\n')) {
      this.#line(event.playId, event.taskId, this.#options.paint('dim', `    [${event.host}] ${line}`));
    }
  }

  #included({ playId, taskId, file, hosts, item }: EventOf<'included'>): void {
    const label = item === undefined ? '' : ` => (item=${item})`;
    this.#line(playId, taskId, `included: ${file} for ${hosts.join(', ')}${label}`);
  }

  #retryText(event: EventOf<'retry'>): string {
    const name = this.#tasks.get(event.taskId)?.name ?? event.taskId;
    return `FAILED - RETRYING: [${event.host}]: ${name} (${event.retriesLeft} retries left).`;
  }

  #startChunk({ playId, name, hosts, number, of }: EventOf<'chunk_start'>): void {
    const play = this.#plays.get(playId);
    const prefix = play?.parallel ? `${play.name} | ` : '';
    const count = of === undefined ? `${number}` : `${number} of ${of}`;
    this.#print('');
    this.#print(this.#options.paint('cyan', `${prefix}serial: [${name}] ${count}: ${hosts.join(', ')}`));
    this.#banner = '';
  }

  #notReached({ name, hosts, failed }: EventOf<'not_reached'>): void {
    for (const host of hosts) {
      const text = `fatal: [${host}]: NOT REACHED! => ${failed.join(', ')} failed before in "${name}"`;
      this.#print(this.#painted(text));
    }
  }

  #handlersLost(event: EventOf<'handlers_lost'>): void {
    const names = event.handlers.join(', ');
    const line = `[WARNING]: [${event.host}] handlers that were notified and did NOT run: ${names}`;
    this.#print(this.#painted(line));
  }

  #recap(event: EventOf<'recap'>): void {
    this.#print('');
    this.#print(this.#banner_('PLAY RECAP'));
    for (const line of recapLines(event)) this.#print(line);
    for (const { title, lines } of leftBehind(event)) {
      this.#print('');
      this.#print(this.#options.paint('red', this.#banner_(title)));
      for (const line of lines) this.#print(line);
    }
  }

  #line(playId: string, taskId: string, line: string): void {
    this.#showBanner(playId, taskId);
    const play = this.#plays.get(playId);
    const prefix = play?.parallel ? this.#options.paint('dim', `${play.name} | `) : '';
    this.#print(`${prefix}${this.#painted(line)}`);
  }

  #painted(line: string): string {
    const color = colorOf(line);
    return color ? this.#options.paint(color, line) : line;
  }

  #banner_(text: string): string {
    const marked = this.#check ? `${text} [CHECK MODE]` : text;
    const stars = '*'.repeat(Math.max(3, this.#options.width - marked.length - 1));
    return this.#options.paint('bold', `${marked} ${stars}`);
  }

  #print(line: string): void {
    this.#options.writeLine(line);
  }
}
