/** How each competitor is told to run one playbook on some hosts. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FloorInput } from './floor.ts';
import type { Command } from './process-figures.ts';
import { type BenchHost, floorScript, type Login, type PlaybookName } from './workload.ts';

export const competitorNames = [
  'mooring',
  'mooring-kept',
  'floor',
  'floor-serial',
  'mitogen',
  'ansible',
  'check',
] as const;
export type CompetitorName = (typeof competitorNames)[number];

/** As the tables and the picture call them. */
export const labels: Readonly<Record<CompetitorName, string>> = {
  mooring: 'mooring run',
  'mooring-kept': 'mooring run --persist, connections open',
  floor: 'bare ssh2 script',
  'floor-serial': 'bare ssh2 script, one request at a time',
  mitogen: 'Mitogen for Ansible',
  ansible: 'ansible-playbook',
  check: 'mooring run --syntax-check',
};

/** Where everything for one case has been written. */
export interface Place {
  readonly root: string;
  readonly directory: string;
  readonly playbook: string;
  readonly inventory: string;
  readonly floorProgram: string;
}

export interface Job {
  readonly name: PlaybookName;
  readonly hosts: readonly BenchHost[];
  readonly login: Login;
  /** Files are gone before each run, so the bare script writes them. */
  readonly writes: boolean;
  /** Logins the bare script has under way at a time. */
  readonly logins: number;
}

/** The command line of a competitor; the bare script's input file is written on the way. */
export async function commandOf(competitor: CompetitorName, place: Place, job: Job): Promise<Command> {
  switch (competitor) {
    case 'mooring':
      return { argv: [...mooring(place), place.playbook, '-i', place.inventory] };
    case 'mooring-kept':
      return {
        argv: [...mooring(place), place.playbook, '-i', place.inventory],
        env: keptEnvironment(place),
      };
    case 'check':
      return { argv: [...mooring(place), place.playbook, '-i', place.inventory, '--syntax-check'] };
    case 'ansible':
      return ansible(place, job, {});
    case 'mitogen':
      return ansible(place, job, {
        ANSIBLE_STRATEGY: 'mitogen_linear',
        ANSIBLE_STRATEGY_PLUGINS: '/usr/lib/python3/dist-packages/ansible_mitogen/plugins/strategy',
      });
    case 'floor':
    case 'floor-serial':
      return floor(place, job, competitor === 'floor-serial');
  }
}

function mooring(place: Place): string[] {
  return [process.execPath, join(place.root, 'bin/mooring.js'), 'run'];
}

/** Its kept connections end soon after the last round, or with the target. */
function keptEnvironment(place: Place): Readonly<Record<string, string>> {
  return { MOORING_PERSIST: '60', XDG_RUNTIME_DIR: place.directory };
}

/** Pipelining on and as many forks as hosts: the usual advice to make Ansible fast. */
async function ansible(place: Place, job: Job, more: Readonly<Record<string, string>>): Promise<Command> {
  const config = join(place.directory, 'ansible.cfg');
  await writeFile(config, '[defaults]\n');
  const env = {
    ANSIBLE_CONFIG: config,
    ANSIBLE_PIPELINING: '1',
    ANSIBLE_FORKS: String(job.hosts.length),
    ANSIBLE_GATHERING: 'explicit',
    ANSIBLE_NOCOWS: '1',
    ANSIBLE_LOCAL_TEMP: join(place.directory, 'ansible-tmp'),
    ANSIBLE_SSH_CONTROL_PATH_DIR: join(place.directory, 'cp'),
    LC_ALL: 'C.UTF-8',
    ...more,
  };
  return { argv: ['ansible-playbook', '-i', place.inventory, place.playbook], env };
}

async function floor(place: Place, job: Job, singly: boolean): Promise<Command> {
  const input: FloorInput = {
    hosts: job.hosts.map(({ address, port, directory }) => ({
      address,
      port,
      script: floorScript(job.name, directory, { singly, writes: job.writes }),
    })),
    user: job.login.user,
    privateKeyFile: job.login.privateKeyFile,
    logins: job.logins,
    parts: singly ? 'one by one' : 'together',
  };
  const file = join(place.directory, 'floor.json');
  await writeFile(file, JSON.stringify(input));
  return { argv: [process.execPath, place.floorProgram, file] };
}
