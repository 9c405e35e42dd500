/**
 * A host whose requests go to a Harbor, with a control node of its own directory: applies a module's plans
 * round by round, as the engine does, and keeps what `save` steps write.
 */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { loadVarsFile } from '../../../../src/load/index.ts';
import {
  type HostAccess,
  type Module,
  ParamsError,
  type Plan,
  type RequestStep,
  type SaveStep,
  type Step,
} from '../../../../src/module/index.ts';
import { readAndPlan } from '../../../support/run-module.ts';

export interface Site {
  readonly host: HostAccess;
  readonly directory: string;
  /** Text of the hashes of `node1`; empty where there are none. */
  hashes(): string;
  remove(): void;
}

/** What a task came to. */
export interface Ended {
  readonly plans: readonly Plan[];
  /** Summaries of the steps carried out, the paths of files as they are below the directory. */
  readonly done: readonly string[];
  /** Of the read, the plan, or the step that failed. */
  readonly failure?: string;
}

export function siteOf(host: HostAccess): Site {
  const directory = mkdtempSync(join(tmpdir(), 'mooring-harbor-'));
  return {
    directory,
    host: {
      ...host,
      inventoryDir: directory,
      localVars: async (path) => {
        if (!exists(path)) throw new ParamsError(`there is no ${path}`);
        const { values, faults } = loadVarsFile(path);
        if (faults.length > 0) throw new Error(faults.map((fault) => fault.message).join('\n'));
        return values;
      },
    },
    hashes: () => {
      const path = join(directory, '.harbor-hashes/node1.yml');
      return exists(path) ? readFileSync(path, 'utf8') : '';
    },
    remove: () => rmSync(directory, { recursive: true }),
  };
}

/** Reads, plans and applies, again where the plan says so. */
export async function runTask(module: Module, params: object, site: Site): Promise<Ended> {
  const plans: Plan[] = [];
  const done: string[] = [];
  for (let round = 1; round <= 5; round++) {
    const plan = await planned(module, params, site.host);
    if (typeof plan === 'string') return { plans, done, failure: plan };
    plans.push(plan);
    if (plan.failure !== undefined) return { plans, done, failure: plan.failure };
    for (const step of plan.steps) {
      const failure = await carryOut(step, site.host);
      if (failure !== undefined) return { plans, done, failure };
      done.push(step.summary.replaceAll(site.directory, ''));
    }
    if (plan.replan !== true || plan.steps.length === 0) return { plans, done };
  }
  return { plans, done, failure: 'not settled after 5 rounds' };
}

async function planned(module: Module, params: object, host: HostAccess): Promise<Plan | string> {
  try {
    return await readAndPlan(module, params, host);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function carryOut(step: Step, host: HostAccess): Promise<string | undefined> {
  if (step.kind === 'request') return send(step, host);
  if (step.kind === 'save') return save(step);
  return `a ${step.kind} step`;
}

async function send({ request }: RequestStep, host: HostAccess): Promise<string | undefined> {
  const { status, body } = await host.request(request);
  if (status >= 200 && status < 300) return undefined;
  return `${request.method} ${request.url} answered ${status}: ${body.toString('utf8').trim()}`;
}

async function save({ localPath, content, mode }: SaveStep): Promise<undefined> {
  await mkdir(dirname(localPath), { recursive: true });
  const text = content && 'text' in content ? content.text : '';
  writeFileSync(localPath, text, { mode: Number.parseInt(mode ?? '644', 8) });
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}
