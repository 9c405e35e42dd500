import type { CompetitorName } from './competitors.ts';
import type { PlaybookName } from './workload.ts';

/** One line of the table: some work, and who does it how often. */
export interface BenchCase {
  readonly id: string;
  readonly title: string;
  readonly playbook: PlaybookName;
  readonly hosts: number;
  /** Tasks of each host that change something. */
  readonly changed: number;
  /** Taken away before each run. */
  readonly forget?: 'everything' | 'copies';
  readonly roundTripMs?: number;
  /** The sshd of one host has its default limits; one that stands for hundreds of hosts has higher ones. */
  readonly sshd: 'one host' | 'many hosts';
  /** Competitors in the order of their turns, and how often each has one. */
  readonly rounds: Partial<Readonly<Record<CompetitorName, number>>>;
  /** Also run with --quick, and how often then. */
  readonly quick?: Partial<Readonly<Record<CompetitorName, number>>>;
}

export const distantMs = 80;

const thirty = { playbook: 'thirty', changed: 0, sshd: 'one host' } as const;

const cases: readonly BenchCase[] = [
  {
    ...thirty,
    id: 'converged-1',
    title: '30 tasks, nothing to change, 1 host',
    hosts: 1,
    rounds: { mooring: 9, 'mooring-kept': 9, floor: 9, check: 9, mitogen: 5, ansible: 5 },
    quick: { mooring: 5, 'mooring-kept': 5, floor: 5, check: 5, mitogen: 1, ansible: 1 },
  },
  {
    ...thirty,
    id: 'converged-10',
    title: '30 tasks, nothing to change, 10 hosts',
    hosts: 10,
    sshd: 'many hosts',
    rounds: { mooring: 9, 'mooring-kept': 9, floor: 9, check: 9, mitogen: 3, ansible: 3 },
    quick: { mooring: 5, 'mooring-kept': 5, floor: 5, check: 5, mitogen: 1, ansible: 1 },
  },
  {
    ...thirty,
    id: 'first-1',
    title: '30 tasks, 10 of them change something, 1 host',
    hosts: 1,
    changed: 10,
    forget: 'copies',
    rounds: { mooring: 9, 'mooring-kept': 9, floor: 9, mitogen: 3, ansible: 3 },
    quick: { mooring: 3, floor: 3, ansible: 1 },
  },
  {
    ...thirty,
    id: 'first-10',
    title: '30 tasks, 10 of them change something, 10 hosts',
    hosts: 10,
    changed: 10,
    forget: 'copies',
    sshd: 'many hosts',
    rounds: { mooring: 7, 'mooring-kept': 7, floor: 7, mitogen: 3, ansible: 3 },
    quick: { mooring: 3, floor: 3, ansible: 1 },
  },
  {
    ...thirty,
    id: 'distant-30',
    title: `30 tasks, nothing to change, 1 host at ${distantMs} ms`,
    hosts: 1,
    roundTripMs: distantMs,
    rounds: { mooring: 7, 'mooring-kept': 7, floor: 7, 'floor-serial': 3 },
    quick: { mooring: 3, 'mooring-kept': 3, floor: 3 },
  },
  {
    id: 'near-100',
    title: '100 tasks, nothing to change, 1 host',
    playbook: 'hundred',
    hosts: 1,
    changed: 0,
    sshd: 'one host',
    rounds: { mooring: 7, floor: 7 },
  },
  {
    id: 'distant-100',
    title: `100 tasks, nothing to change, 1 host at ${distantMs} ms`,
    playbook: 'hundred',
    hosts: 1,
    changed: 0,
    sshd: 'one host',
    roundTripMs: distantMs,
    rounds: { mooring: 7, floor: 7 },
  },
  {
    id: 'near-changing',
    title: '30 tasks, all change something, 1 host',
    playbook: 'changing',
    hosts: 1,
    changed: 30,
    forget: 'everything',
    sshd: 'one host',
    rounds: { mooring: 5 },
  },
  {
    id: 'distant-changing',
    title: `30 tasks, all change something, 1 host at ${distantMs} ms`,
    playbook: 'changing',
    hosts: 1,
    changed: 30,
    forget: 'everything',
    sshd: 'one host',
    roundTripMs: distantMs,
    rounds: { mooring: 5 },
  },
  {
    id: 'hosts-200',
    title: '4 tasks, nothing to change, 200 hosts',
    playbook: 'four',
    hosts: 200,
    changed: 0,
    sshd: 'many hosts',
    rounds: { mooring: 5, 'mooring-kept': 5, floor: 5 },
  },
  {
    id: 'hosts-1000',
    title: '4 tasks, nothing to change, 1,000 addresses of one sshd with its default limits',
    playbook: 'four',
    hosts: 1000,
    changed: 0,
    sshd: 'one host',
    rounds: { mooring: 1 },
  },
];

/** The cases of a run. @param only ids; empty = all there are */
export function selectCases(options: {
  readonly quick: boolean;
  readonly only: readonly string[];
}): BenchCase[] {
  const chosen = options.only.length > 0 ? cases.filter(({ id }) => options.only.includes(id)) : cases;
  if (!options.quick) return [...chosen];
  return chosen.flatMap((item) => (item.quick ? [{ ...item, rounds: item.quick }] : []));
}
