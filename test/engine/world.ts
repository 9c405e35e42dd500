/**
 * Hosts of a test that remember things: `look NAME` and `set NAME VALUE` are their commands. The modules
 * `thing` (state), `pair` (two things in one plan), `probe` (a read that relies on a thing) and `outside` (reads that look further) act on them.
 */
import { defineModule, type Module } from '../../src/module/index.ts';
import type { ScriptedReply } from '../support/fake-connection.ts';

export interface World {
  readonly things: Map<string, string>;
  /** Every `set` in the order it was carried out: `HOST NAME=VALUE`. */
  readonly sets: string[];
  /** Every `look`, likewise. */
  readonly looks: string[];
  reply(host: string, request: { readonly script: string }): ScriptedReply;
}

export function createWorld(things: Readonly<Record<string, string>> = {}): World {
  const world = { things: new Map(Object.entries(things)), sets: [] as string[], looks: [] as string[] };
  return {
    ...world,
    reply: (host, { script }) => {
      const [command, name = '', value = ''] = script.split('\n').at(-1)?.split(' ') ?? [];
      if (command === 'look') {
        world.looks.push(`${host} ${name}`);
        const found = world.things.get(`${host}/${name}`);
        return found === undefined ? { exitCode: 1 } : { stdout: found };
      }
      if (command === 'set') {
        if (value === 'broken') return { exitCode: 7, stderr: `cannot set ${name}` };
        world.sets.push(`${host} ${name}=${value}`);
        world.things.set(`${host}/${name}`, value);
        return {};
      }
      return { stdout: `${host} said ${script}` };
    },
  };
}

const thing = defineModule({
  name: 'thing',
  summary: 'Give a thing its value.',
  kind: 'state',
  params: {
    type: 'object',
    required: ['name', 'value'],
    properties: {
      name: { type: 'string' },
      value: { type: 'string' },
      password: { type: 'string', writeOnly: true },
      flag: { type: 'boolean', default: false },
      tags: { type: 'array', items: { type: 'string' } },
    },
  },
  examples: '- thing: {name: a, value: b}',
  returns: { before: 'the value before', token: 'made by the change' },
  async read(host, params) {
    const reply = await host.run(['look', params.name]);
    return { value: reply.exitCode === 0 ? reply.stdout : undefined };
  },
  plan(params, current) {
    if (current.value === params.value) return { steps: [], values: { before: params.value } };
    return {
      steps: [
        {
          kind: 'run',
          argv: ['set', params.name, params.value],
          summary: `set ${params.name}`,
          predicts: [{ kind: 'other', name: params.name }],
          diff: [{ header: params.name, before: current.value ?? '', after: params.value }],
        },
      ],
      values: { before: current.value ?? null },
    };
  },
});

const probe = defineModule({
  name: 'probe',
  summary: 'Look at a thing.',
  kind: 'state',
  params: { type: 'object', required: ['name'], properties: { name: { type: 'string' } } },
  examples: '- probe: {name: a}',
  async read(host, params) {
    return host.run(['look', params.name], { needs: [{ other: params.name }] });
  },
  plan(params, current) {
    if (current.exitCode !== 0) return { steps: [], failure: `there is no ${params.name}` };
    return { steps: [], values: { value: current.stdout } };
  },
});

const outside = defineModule({
  name: 'outside',
  summary: 'Look at a thing of another host.',
  kind: 'state',
  scope: 'outside',
  params: {
    type: 'object',
    required: ['name', 'on'],
    properties: { name: { type: 'string' }, on: { type: 'string' } },
  },
  examples: '- outside: {name: a, on: h2}',
  async read(host, params) {
    return host.on(params.on).run(['look', params.name]);
  },
  plan(_params, current) {
    return { steps: [], values: { value: current.stdout, known: current.exitCode === 0 } };
  },
});

const pair = defineModule({
  name: 'pair',
  summary: 'Give two things one value, in two steps.',
  kind: 'state',
  params: {
    type: 'object',
    required: ['names', 'value'],
    properties: { names: { type: 'array', items: { type: 'string' } }, value: { type: 'string' } },
  },
  examples: '- pair: {names: [a, b], value: x}',
  async read(host, params) {
    return Promise.all(params.names.map((name) => host.run(['look', name])));
  },
  plan(params, current) {
    const wrong = params.names.filter(
      (_, index) => current[index]?.exitCode !== 0 || current[index]?.stdout !== params.value,
    );
    return wrong.map((name) => ({
      ...{ kind: 'run', argv: ['set', name, params.value], summary: `set ${name}` },
      predicts: [{ kind: 'other', name }],
    }));
  },
});

export const worldModules: readonly Module[] = [thing, probe, outside, pair];
