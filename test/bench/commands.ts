/** Commands of Mooring that connect to nobody: start-up, and large inventories. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { measure } from './process-figures.ts';
import type { CommandResult, Sample } from './results.ts';

interface CommandCase {
  readonly id: string;
  readonly title: string;
  readonly words: readonly string[];
  readonly rounds: number;
}

/** Runs all of them in turn, several times. */
export async function runCommands(
  root: string,
  directory: string,
  options: { readonly quick: boolean; readonly say: (line: string) => void },
): Promise<readonly CommandResult[]> {
  await writeInventories(directory);
  const items = commandCases(directory, options.quick);
  const samples = new Map<string, Sample[]>(items.map(({ id }) => [id, []]));
  for (let round = 0; round < Math.max(...items.map(({ rounds }) => rounds)); round++) {
    for (const { id, words, rounds } of items) {
      if (round >= rounds) continue;
      const { figures, code, stderr } = await measure({
        argv: [process.execPath, join(root, 'bin/mooring.js'), ...words],
      });
      if (code !== 0) throw new Error(`mooring ${words.join(' ')} ended with ${code}: ${stderr}`);
      samples.get(id)?.push(figures);
    }
    options.say(`commands: round ${round + 1} done`);
  }
  return items.map(({ id, title }) => ({ id, title, samples: samples.get(id) ?? [] }));
}

function commandCases(directory: string, quick: boolean): CommandCase[] {
  const rounds = quick ? 3 : 9;
  const list = (format: string, size: string): CommandCase => ({
    id: `${size === 'whole' ? 'inventory' : size}-${format}`,
    title: `mooring inventory --list, ${sizes[size]?.toLocaleString('en')} hosts, ${format}`,
    words: ['inventory', '-i', join(directory, `${size}-${format}`), '--list'],
    rounds: size === 'whole' ? rounds : 3,
  });
  const pattern = (format: string): CommandCase => ({
    id: `pattern-${format}`,
    title: `mooring run --list-hosts -l 'group1*:&part2:!host2?5', 10,000 hosts, ${format}`,
    words: [
      ...['run', join(directory, 'site.yml'), '-i', join(directory, `whole-${format}`)],
      ...['--list-hosts', '-l', 'group1*:&part2:!host2?5'],
    ],
    rounds,
  });
  return [
    { id: 'version', title: 'mooring --version', words: ['--version'], rounds: rounds * 2 },
    { id: 'help', title: 'mooring --help', words: ['--help'], rounds: rounds * 2 },
    { id: 'run-help', title: 'mooring run --help', words: ['run', '--help'], rounds: rounds * 2 },
    ...['ini', 'yaml'].flatMap((format) => [
      ...Object.keys(sizes).map((size) => list(format, size)),
      pattern(format),
    ]),
  ];
}

const sizes: Readonly<Record<string, number>> = { whole: 10_000, twice: 20_000, fourfold: 40_000 };

async function writeInventories(directory: string): Promise<void> {
  await writeFile(join(directory, 'site.yml'), '- hosts: all\n  tasks: []\n');
  for (const [size, hosts] of Object.entries(sizes)) {
    const groups = hosts / 20;
    for (const [format, make] of [
      ['ini', iniInventory],
      ['yaml', yamlInventory],
    ] as const) {
      const folder = join(directory, `${size}-${format}`);
      await mkdir(folder);
      await writeFile(join(folder, format === 'ini' ? 'hosts.ini' : 'hosts.yml'), make(hosts, groups));
    }
  }
}

const parents = 5;

/** Groups of equal size, each part of one of a few larger ones, with variables for every group and host. */
export function iniInventory(hosts: number, groups: number): string {
  const lines = Array.from({ length: groups }, (_, group) => [
    `[group${group}]`,
    ...membersOf(group, hosts, groups).map((host) => {
      const vars = Object.entries(hostVars(host)).map(([name, value]) => `${name}=${value}`);
      return `host${host} ${vars.join(' ')}`;
    }),
    `[group${group}:vars]`,
    `rack=r${group}`,
  ]);
  const parts = Array.from({ length: parents }, (_, part) => [
    `[part${part}:children]`,
    ...childrenOf(part, groups).map((group) => `group${group}`),
  ]);
  return `${[...lines, ...parts].flat().join('\n')}\n`;
}

/** The same as YAML. */
export function yamlInventory(hosts: number, groups: number): string {
  const lines = Array.from({ length: parents }, (_, part) => [
    `part${part}:`,
    '  children:',
    ...childrenOf(part, groups).flatMap((group) => [
      `    group${group}:`,
      '      vars:',
      `        rack: r${group}`,
      '      hosts:',
      ...membersOf(group, hosts, groups).flatMap((host) => [
        `        host${host}:`,
        ...Object.entries(hostVars(host)).map(([name, value]) => `          ${name}: ${value}`),
      ]),
    ]),
  ]);
  return `${lines.flat().join('\n')}\n`;
}

function membersOf(group: number, hosts: number, groups: number): number[] {
  const size = Math.ceil(hosts / groups);
  return Array.from({ length: size }, (_, index) => group * size + index).filter((host) => host < hosts);
}

function childrenOf(part: number, groups: number): number[] {
  return Array.from({ length: groups }, (_, group) => group).filter((group) => group % parents === part);
}

function hostVars(host: number): Readonly<Record<string, string | number>> {
  return {
    ansible_host: `10.${host >> 16}.${(host >> 8) & 255}.${host & 255}`,
    ansible_port: 22,
    role: `web${host % 7}`,
  };
}
