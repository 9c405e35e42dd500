/** The goals of the project for speed, and what the figures say about each. */
import { distantMs } from './cases.ts';
import type { CompetitorName } from './competitors.ts';
import { type BenchResults, caseMedian, commandMedian } from './results.ts';
import { figure } from './stats.ts';
import { taskCounts } from './workload.ts';

export interface Verdict {
  readonly goal: string;
  readonly wanted: string;
  /** Undefined where what it needs was not measured. */
  readonly measured: string | undefined;
  readonly met: boolean | undefined;
}

/** Every goal, in the order of the documentation. */
export function judge(results: BenchResults): readonly Verdict[] {
  return [
    ...peerGoals(results),
    floorGoal(results, 'converged-1', '1 host'),
    floorGoal(results, 'converged-10', '10 hosts'),
    ...distantGoals(results),
    ...manyHostsGoals(results),
    ...commandGoals(results),
    processGoal(results),
  ];
}

function peerGoals(results: BenchResults): Verdict[] {
  const rows = [
    ['converged-1', 'ansible', 40],
    ['converged-10', 'ansible', 100],
    ['converged-1', 'mitogen', 15],
    ['converged-10', 'mitogen', 35],
    ['first-1', 'ansible', 20],
    ['first-10', 'ansible', 50],
  ] as const;
  return rows.map(([id, peer, factor]) => {
    const theirs = caseMedian(results, id, peer);
    const ratioOf = (one: CompetitorName): number | undefined => {
      const median = caseMedian(results, id, one);
      return median === undefined || theirs === undefined ? undefined : theirs / median;
    };
    const name = peer === 'ansible' ? 'ansible-core' : 'Mitogen';
    const judged = verdict(
      `${id}: faster than ${name}`,
      `at least ${factor} times`,
      ratioOf('mooring'),
      'times',
      (value) => value >= factor,
    );
    return withOthers(judged, { '--persist': ratioOf('mooring-kept'), 'bare script': ratioOf('floor') });
  });
}

/**
 * The peers' connections are open before they start. What ours would be with the same, and what the bare script
 * is, says how much of a missed goal is left to win.
 */
function withOthers(judged: Verdict, others: Readonly<Record<string, number | undefined>>): Verdict {
  const notes = Object.entries(others).flatMap(([name, ratio]) =>
    ratio === undefined ? [] : [`${name}: ${figure(ratio)}`],
  );
  if (judged.measured === undefined || notes.length === 0) return judged;
  return { ...judged, measured: `${judged.measured} (${notes.join(', ')})` };
}

/** The script's time inside the process, and what `mooring run` does before it connects. */
function floorGoal(results: BenchResults, id: string, hosts: string): Verdict {
  const ours = caseMedian(results, id, 'mooring');
  const floor = caseMedian(results, id, 'floor', 'insideMs');
  const start = caseMedian(results, id, 'check');
  const goal = `${id}: no more than 1.5 × the bare script, plus start-up (${hosts})`;
  if (ours === undefined || floor === undefined || start === undefined)
    return unknown(goal, 'see the figures');
  const limit = 1.5 * floor + start;
  return {
    goal,
    wanted: `1.5 × ${figure(floor)} + ${figure(start)} = ${figure(limit)} ms`,
    measured: `${figure(ours)} ms`,
    met: ours <= limit,
  };
}

/** Round trips are what a run takes longer on a distant host, over the time of one. */
function distantGoals(results: BenchResults): Verdict[] {
  const connecting = trips(
    caseMedian(results, 'distant-30', 'floor', 'connectMs'),
    caseMedian(results, 'converged-1', 'floor', 'connectMs'),
  );
  const beyond = (distant: string, near: string): number | undefined => {
    const all = trips(caseMedian(results, distant, 'mooring'), caseMedian(results, near, 'mooring'));
    return all === undefined || connecting === undefined ? undefined : all - connecting;
  };
  const { files, commands } = taskCounts('changing');
  const budget = files + 3 * commands;
  const few = (value: number): boolean => value <= 3;
  return [
    verdict(
      '30 tasks, distant: beyond connecting',
      'at most 3 round trips',
      beyond('distant-30', 'converged-1'),
      'round trips',
      few,
    ),
    verdict(
      '100 tasks, distant: beyond connecting',
      'at most 3 round trips',
      beyond('distant-100', 'near-100'),
      'round trips',
      few,
    ),
    verdict(
      '30 changing tasks, distant: beyond connecting',
      `at most ${files} + 3 × ${commands} = ${budget} round trips`,
      beyond('distant-changing', 'near-changing'),
      'round trips',
      (value) => value <= budget,
    ),
  ];
}

function trips(distant: number | undefined, near: number | undefined): number | undefined {
  return distant === undefined || near === undefined ? undefined : (distant - near) / distantMs;
}

function manyHostsGoals(results: BenchResults): Verdict[] {
  const ours = caseMedian(results, 'hosts-200', 'mooring');
  const floor = caseMedian(results, 'hosts-200', 'floor');
  const ratio = ours === undefined || floor === undefined ? undefined : ours / floor;
  const memory = (id: string, hosts: number): Verdict => {
    const kib = caseMedian(results, id, 'mooring', 'maxRssKiB');
    const limit = 150 + 0.4 * hosts;
    const mib = kib === undefined ? undefined : kib / 1024;
    return verdict(`${hosts} hosts: memory`, `under ${limit} MB`, mib, 'MiB', (value) => value < limit);
  };
  return [
    verdict(
      '200 hosts: against the bare script',
      'at most 1.5 times',
      ratio,
      'times',
      (value) => value <= 1.5,
    ),
    memory('hosts-200', 200),
    memory('hosts-1000', 1000),
    thousandGoal(results),
  ];
}

function thousandGoal(results: BenchResults): Verdict {
  const goal = '1,000 hosts complete without error';
  const item = results.cases.find(({ id }) => id === 'hosts-1000');
  const failure = item?.failures.mooring;
  if (failure !== undefined) return { goal, wanted: 'they do', measured: failure, met: false };
  return verdict(goal, 'they do', caseMedian(results, 'hosts-1000', 'mooring'), 'ms', () => true);
}

function commandGoals(results: BenchResults): Verdict[] {
  const rows = [
    ['inventory-ini', 'inventory --list, 10,000 hosts, INI', 1000],
    ['inventory-yaml', 'inventory --list, 10,000 hosts, YAML', 1000],
    ['pattern-ini', 'a pattern over 10,000 hosts, INI', 1000],
    ['pattern-yaml', 'a pattern over 10,000 hosts, YAML', 1000],
    ['version', '--version', 150],
    ['help', '--help', 250],
  ] as const;
  const times = rows.map(([id, goal, limit]) =>
    verdict(goal, `under ${limit} ms`, commandMedian(results, id), 'ms', (value) => value < limit),
  );
  return [...times, memoryGoal(results, 'ini'), memoryGoal(results, 'yaml')];
}

/** Twice the hosts may add no more than twice the memory, with a tenth for the collector's moods. */
function memoryGoal(results: BenchResults, format: string): Verdict {
  const [whole, twice, fourfold] = ['inventory', 'twice', 'fourfold'].map((size) =>
    commandMedian(results, `${size}-${format}`, 'maxRssKiB'),
  );
  const goal = `memory of an inventory grows no faster than it (${format})`;
  if (whole === undefined || twice === undefined || fourfold === undefined)
    return unknown(goal, 'at most 2.2 times');
  const growth = (fourfold - twice) / (twice - whole);
  return verdict(
    goal,
    '20,000 more hosts cost at most 2.2 times what 10,000 do',
    growth,
    'times',
    (value) => value <= 2.2,
  );
}

/** Beside the playbook's own commands, and what sshd and the shell themselves need for one login. */
function processGoal(results: BenchResults): Verdict {
  const item = results.cases.find(({ id }) => id === 'converged-1');
  const own = taskCounts('thirty').tasks - taskCounts('thirty').files;
  const ours = item?.processes.mooring;
  const extra = ours === undefined ? undefined : ours - own;
  const goal = `processes on the target beside the ${own} of the playbook's commands`;
  return verdict(goal, 'a handful (12), sshd included', extra, 'processes', (value) => value <= 12);
}

function verdict(
  goal: string,
  wanted: string,
  value: number | undefined,
  unit: string,
  isMet: (value: number) => boolean,
): Verdict {
  if (value === undefined) return unknown(goal, wanted);
  return { goal, wanted, measured: `${figure(value)} ${unit}`, met: isMet(value) };
}

function unknown(goal: string, wanted: string): Verdict {
  return { goal, wanted, measured: undefined, met: undefined };
}
