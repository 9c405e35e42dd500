import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { modules } from '../../modules/index.ts';
import { loadTaskFile } from '../../src/load/index.ts';
import type { TaskNode } from '../../src/model/index.ts';
import type { Module, Plan, Step } from '../../src/module/index.ts';
import { assertSchema, compileSchema } from '../../src/util/schema.ts';
import type { ModuleSample } from '../support/module-sample.ts';
import { paramsOf, planOf, valuesOf } from '../support/run-module.ts';

declare global {
  interface ImportMeta {
    /** Imports every file that matches, as the test runner offers it. */
    glob<T>(pattern: string, options: { readonly eager: true }): Readonly<Record<string, T>>;
  }
}

const folder = new URL('../../modules/', import.meta.url);
const fileNames = readdirSync(folder).filter((name) => name.endsWith('.ts') && name !== 'index.ts');
const registered = [...new Set(modules.values())].sort((a, b) => a.name.localeCompare(b.name));
const sampleFiles = import.meta.glob<{ readonly samples: readonly ModuleSample[] }>('./samples/*.ts', {
  eager: true,
});
const scratch = mkdtempSync(join(tmpdir(), 'examples-'));
afterAll(() => rmSync(scratch, { recursive: true }));

it('registers every module file under its own name', () => {
  expect(registered.map((module) => `${module.name}.ts`).sort()).toEqual(fileNames.sort());
});

it('has samples of registered modules only', () => {
  const names = Object.keys(sampleFiles).map((file) => file.replace(/^.*\/|\.ts$/g, ''));
  expect(names.filter((name) => modules.get(name)?.name !== name)).toEqual([]);
});

it('gives each name to one module', () => {
  const names = registered.flatMap((module) => [module.name, ...(module.aliases ?? [])]);
  expect(new Set(names).size).toBe(names.length);
});

describe.each(registered.map((module) => ({ name: module.name, module })))('$name', ({ name, module }) => {
  const cases = sampleFiles[`./samples/${name}.ts`]?.samples ?? [];

  it('is exported in camel case, with its keys in the usual order', async () => {
    const exported: Record<string, unknown> = await import(new URL(`${name}.ts`, folder).href);
    expect(exported[camelCase(name)]).toBe(module);
    const keys = Object.keys(module).filter((key) => key !== 'paramsSchema');
    expect(keys).toEqual(keyOrder.filter((key) => keys.includes(key)));
  });

  it('is documented', () => {
    expect(name).toMatch(/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/);
    expect(module.summary).toMatch(/^[A-Z][^\n]{10,110}\.$/);
    for (const [param, schema] of Object.entries(module.paramsSchema.properties)) {
      expect(param).toMatch(/^[a-z][a-z0-9_]*$/);
      expect(schema, param).toMatchObject({ description: expect.stringMatching(/\S{2,} \S+/) });
    }
    for (const sentence of Object.values(module.returns ?? {})) expect(sentence.length).toBeGreaterThan(5);
  });

  it('has a strict schema that hides secrets', () => {
    expect(() => assertSchema(module.paramsSchema)).not.toThrow();
    expect(module.paramsSchema.type).toBe('object');
    expect(module.paramsSchema.additionalProperties).toBe(module.openParams === true);
    for (const [param, schema] of Object.entries(module.paramsSchema.properties)) {
      if (/(^|_)(password|passwd|secret|token)$/.test(param) && isText(schema)) {
        expect(schema, param).toMatchObject({ writeOnly: true });
      }
    }
  });

  it('has examples that load and fit its schema', () => {
    const tasks = module.engine === true ? [] : exampleTasks(module);
    if (module.engine === true) expect(module.examples).toContain(`${name}:`);
    else expect(tasks.length).toBeGreaterThan(0);
    for (const task of tasks) {
      if (task.kind !== 'task' || modules.get(task.module) !== module) continue;
      expect(literalFaults(module, task.params)).toEqual([]);
    }
  });

  if (module.engine === true) return;

  it('has a sample, and a state module one that converges', () => {
    expect(cases.length).toBeGreaterThan(0);
    if (module.kind === 'state') expect(cases.some((sample) => 'converged' in sample)).toBe(true);
  });

  it.each(cases)('plans purely: sample %#', (sample) => {
    const params = deepFreeze(paramsOf(module, sample.params));
    const current = deepFreeze(sample.current);
    const first = module.plan(params, current as never);
    expect(module.plan(params, current as never)).toEqual(first);
    expect(planOf(module, sample.params, current)).toBeDefined();
  });

  it.each(cases)('keeps secrets out of what is shown: sample %#', (sample) => {
    const secrets = secretsIn(module, sample.params);
    const shown = JSON.stringify(shownParts(planOf(module, sample.params, sample.current)));
    for (const secret of secrets) expect(shown).not.toContain(secret);
  });

  it.each(cases)('plans nothing once it converged: sample %#', (sample) => {
    if (!('converged' in sample)) return;
    const plan = planOf(module, sample.params, sample.converged);
    expect(plan.failure).toBeUndefined();
    expect(plan.steps).toEqual([]);
  });

  it.each(cases)('registers values that are JSON: sample %#', (sample) => {
    const exec = { stdoutBytes: Buffer.alloc(0), durationMs: 1, truncated: false, timedOut: false };
    const outcome = { exec: { exitCode: 0, stdout: '', stderr: '', ...exec, ...sample.exec } };
    for (const check of [false, true]) {
      const values = valuesOf(module, sample.params, sample.current, check ? [] : [outcome], check);
      expect(undefinedPaths(values)).toEqual([]);
    }
  });
});

const keyOrder = [
  'name',
  'aliases',
  'summary',
  'notes',
  'kind',
  'background',
  'scope',
  'volatile',
  'local',
  'engine',
  'openParams',
  'acceptsUnknown',
  'freeForm',
  'params',
  'examples',
  'returns',
  'checkParams',
  'read',
  'plan',
  'look',
  'result',
];

function camelCase(name: string): string {
  return name.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function isText(schema: unknown): boolean {
  const type = (schema as { readonly type?: unknown }).type;
  return [type].flat().includes('string');
}

function exampleTasks(module: Module): readonly TaskNode[] {
  const file = join(scratch, `${module.name}.yml`);
  writeFileSync(file, module.examples);
  const { tasks, faults } = loadTaskFile(file, { modules });
  expect(faults.filter((fault) => fault.severity === 'error')).toEqual([]);
  return tasks;
}

/** Faults of the params, without those of values that are known only once templates are rendered. */
function literalFaults(module: Module, params: object): unknown[] {
  const copy = structuredClone(params);
  const faults = compileSchema(module.paramsSchema).validate(copy);
  return faults.filter((fault) => !isTemplated(valueAt(copy, fault.path)));
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], value);
}

function isTemplated(value: unknown): boolean {
  return typeof value === 'string' && value.includes('{{');
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  for (const item of Object.values(value)) deepFreeze(item);
  return Object.freeze(value);
}

function secretsIn(module: Module, params: object): string[] {
  const writeOnly = Object.entries(module.paramsSchema.properties).filter(
    ([, schema]) => (schema as { readonly writeOnly?: boolean }).writeOnly === true,
  );
  return writeOnly.flatMap(([param]) => textsIn((params as Record<string, unknown>)[param]));
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return value.length >= 4 ? [value] : [];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** All of a plan that reaches the screen, logs or other users of the host. */
function shownParts(plan: Plan): unknown {
  const { failure, skip, unknown, message, warnings, diff, steps } = plan;
  return [failure, skip, unknown, message, warnings, diff, steps.map(shownStep)];
}

function shownStep(step: Step): unknown {
  const common = [
    step.summary,
    step.diff,
    step.predicts?.map(({ kind, ...rest }) => [kind, 'path' in rest && rest.path]),
  ];
  switch (step.kind) {
    case 'run':
      return [common, step.argv, step.cwd, step.executable];
    case 'put':
      return [common, step.path, step.secret === true ? '' : step.before, step.validate];
    case 'request':
      return [common, step.request.url];
    case 'wait':
      return [common, 'argv' in step.until ? step.until.argv : '', step.failMessage];
    default:
      return common;
  }
}

function undefinedPaths(value: unknown, path = 'values'): string[] {
  if (value === undefined || typeof value === 'function') return [path];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => undefinedPaths(item, `${path}.${key}`));
}
