/** Runs one case: all competitors in turn, round by round. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BenchCase } from './cases.ts';
import { type CompetitorName, commandOf, competitorNames, type Job, type Place } from './competitors.ts';
import { startDelayingProxy } from './delaying-proxy.ts';
import type { FloorOutput } from './floor.ts';
import { machineAtRest } from './machine.ts';
import { type Command, measure } from './process-figures.ts';
import { recapProblem } from './recap.ts';
import type { CaseResult, Sample } from './results.ts';
import type { Target } from './target.ts';
import { type BenchHost, inventoryText, playbookText, taskCounts } from './workload.ts';

export interface CaseSettings {
  readonly root: string;
  readonly directory: string;
  readonly floorProgram: string;
  readonly target: Target;
  /** The port of the target's sshd on each of its addresses. */
  readonly port: number;
  readonly available: ReadonlySet<CompetitorName>;
  readonly say: (line: string) => void;
}

export async function runCase(item: BenchCase, settings: CaseSettings): Promise<CaseResult> {
  const { target } = settings;
  const near = await target.hosts(item.hosts);
  const via = { name: 'distant', host: '127.9.0.1', port: 2200 };
  const proxy =
    item.roundTripMs === undefined
      ? undefined
      : await startDelayingProxy({
          listen: via,
          target: { host: near[0]?.address ?? '', port: settings.port },
          roundTripMs: item.roundTripMs,
        });
  try {
    const hosts = proxy ? await target.hosts(item.hosts, via) : near;
    return await new CaseRun(item, settings, await jobOf(item, settings, hosts)).all();
  } finally {
    await proxy?.close();
  }
}

interface CaseJob extends Job {
  readonly place: Place;
}

async function jobOf(item: BenchCase, settings: CaseSettings, hosts: readonly BenchHost[]): Promise<CaseJob> {
  const directory = join(settings.directory, item.id);
  await mkdir(directory);
  const { root, floorProgram, target } = settings;
  const place = {
    root,
    floorProgram,
    directory,
    playbook: join(directory, 'site.yml'),
    inventory: join(directory, 'hosts.ini'),
  };
  await writeFile(place.playbook, playbookText(item.playbook));
  await writeFile(place.inventory, inventoryText(hosts, target.login));
  const logins = item.sshd === 'one host' ? 8 : 50;
  const writes = item.forget === 'copies';
  return { name: item.playbook, hosts, login: target.login, writes, logins, place };
}

class CaseRun {
  readonly #item: BenchCase;
  readonly #settings: CaseSettings;
  readonly #job: CaseJob;
  readonly #samples: Partial<Record<CompetitorName, Sample[]>> = {};
  readonly #failures: Partial<Record<CompetitorName, string>> = {};
  readonly #processes: Partial<Record<CompetitorName, number>> = {};

  constructor(item: BenchCase, settings: CaseSettings, job: CaseJob) {
    this.#item = item;
    this.#settings = settings;
    this.#job = job;
  }

  async all(): Promise<CaseResult> {
    const { id, title, hosts, rounds } = this.#item;
    await this.#warmUp();
    for (let round = 0; round < Math.max(...Object.values(rounds)); round++) {
      for (const name of inTurn(competitorNames, round)) {
        if (round >= (rounds[name] ?? 0) || !this.#takesPart(name)) continue;
        const sample = await this.#turn(name);
        if (sample) this.#samples[name] = [...(this.#samples[name] ?? []), sample];
      }
      this.#settings.say(`${id}: round ${round + 1} done`);
    }
    const rest = { samples: this.#samples, processes: this.#processes, failures: this.#failures };
    return { id, title, hosts, ...rest };
  }

  #takesPart(name: CompetitorName): boolean {
    return this.#settings.available.has(name) && this.#failures[name] === undefined;
  }

  /** Brings the hosts to the state the case starts from, and reads every program from the disk once. */
  async #warmUp(): Promise<void> {
    await this.#settings.target.forget(this.#job.hosts, 'everything');
    // Those with kept connections log in here; `mooring` is always there to bring the hosts to their state.
    for (const name of ['mooring', 'mooring-kept'] as const) {
      if (name !== 'mooring' && !this.#item.rounds[name]) continue;
      const { code, stdout, stderr } = await measure(await this.#command(name));
      if (code !== 0) this.#failures[name] = lastLines(stdout + stderr);
    }
  }

  #command(name: CompetitorName): Promise<Command> {
    return commandOf(name, this.#job.place, this.#job);
  }

  async #turn(name: CompetitorName): Promise<Sample | undefined> {
    const { target } = this.#settings;
    if (this.#item.forget) await target.forget(this.#job.hosts, this.#item.forget);
    const command = await this.#command(name);
    await machineAtRest();
    const before = await target.started();
    const { figures, code, stdout, stderr } = await measure(command);
    const after = await target.started();
    const problem = code === 0 ? this.#problem(name, stdout) : lastLines(stdout + stderr);
    if (problem !== undefined) {
      this.#failures[name] = problem;
      return undefined;
    }
    // The second look is a process of its own, after all that were started before.
    if (before !== undefined && after !== undefined) this.#processes[name] = after - before - 1;
    if (!name.startsWith('floor')) return figures;
    const { connectMs, totalMs } = JSON.parse(stdout) as FloorOutput;
    return { ...figures, connectMs, insideMs: totalMs };
  }

  #problem(name: CompetitorName, stdout: string): string | undefined {
    if (name.startsWith('floor') || name === 'check') return undefined;
    const { tasks } = taskCounts(this.#item.playbook);
    return recapProblem(stdout, { hosts: this.#item.hosts, tasks, changed: this.#item.changed });
  }
}

function lastLines(text: string): string {
  return text.trim().split('\n').slice(-3).join(' / ').slice(-400);
}

/** Each begins a round once: who comes behind a long run finds caches full of other things. */
function inTurn<T>(names: readonly T[], round: number): T[] {
  const first = round % names.length;
  return [...names.slice(first), ...names.slice(0, first)];
}
