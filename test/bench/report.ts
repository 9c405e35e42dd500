/** The results as text: every figure, then every goal. */
import { type CompetitorName, competitorNames, labels } from './competitors.ts';
import { judge, type Verdict } from './goals.ts';
import { type BenchResults, type CaseResult, medianOf, type Sample } from './results.ts';
import { figure, summarize } from './stats.ts';

/** Markdown that can also be read as it is. */
export function reportText(results: BenchResults): string {
  const machine = Object.entries(results.machine).map(([name, value]) => `- ${name}: ${value}`);
  const parts = [
    `Measured on ${results.date}:`,
    machine.join('\n'),
    ...results.cases.map(caseText),
    commandsText(results),
    goalsText(judge(results)),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function caseText(item: CaseResult): string {
  const ours = medianOf(item.samples.mooring, 'wallMs');
  const rows = competitorNames.flatMap((name) => {
    const samples = item.samples[name];
    const failure = item.failures[name];
    if (failure !== undefined) return [`| ${labels[name]} | failed: ${failure} |`];
    return samples && samples.length > 0 ? [row(name, samples, ours, item.processes[name])] : [];
  });
  const head =
    '| | median s | min–max s | runs | CPU s | max RSS MiB | times mooring | processes on the target |';
  return [`### ${item.title}`, '', head, `${'| --- '.repeat(8)}|`, ...rows].join('\n');
}

function row(
  name: CompetitorName,
  samples: readonly Sample[],
  ours: number | undefined,
  processes: number | undefined,
): string {
  const wall = summarize(samples.map((sample) => sample.wallMs));
  const cpu = summarize(samples.map((sample) => sample.userMs + sample.systemMs));
  const rss = summarize(samples.map((sample) => sample.maxRssKiB));
  const inside = medianOf(samples, 'insideMs');
  const connect = medianOf(samples, 'connectMs');
  const detail =
    inside === undefined || connect === undefined
      ? ''
      : ` (inside the process ${seconds(inside)}, of which ${seconds(connect)} connecting)`;
  const cells = [
    `${labels[name]}${detail}`,
    seconds(wall.median),
    `${seconds(wall.min)}–${seconds(wall.max)}`,
    wall.count,
    seconds(cpu.median),
    figure(rss.median / 1024),
    ours === undefined ? '' : figure(wall.median / ours),
    processes ?? '',
  ];
  return `| ${cells.join(' | ')} |`;
}

function commandsText(results: BenchResults): string {
  if (results.commands.length === 0) return '';
  const rows = results.commands.map(({ title, samples }) => {
    const wall = summarize(samples.map((sample) => sample.wallMs));
    const rss = medianOf(samples, 'maxRssKiB') ?? 0;
    return `| ${title} | ${seconds(wall.median)} | ${seconds(wall.min)}–${seconds(wall.max)} | ${wall.count} | ${figure(rss / 1024)} |`;
  });
  const head = '| | median s | min–max s | runs | max RSS MiB |';
  return ['### Commands that connect to nobody', '', head, `${'| --- '.repeat(5)}|`, ...rows].join('\n');
}

function goalsText(verdicts: readonly Verdict[]): string {
  const rows = verdicts.map(({ goal, wanted, measured, met }) => {
    const word = met === undefined ? 'not measured' : met ? 'met' : 'NOT met';
    return `| ${goal} | ${wanted} | ${measured ?? ''} | ${word} |`;
  });
  return ['### Goals', '', '| goal | wanted | measured | |', `${'| --- '.repeat(4)}|`, ...rows].join('\n');
}

function seconds(ms: number): string {
  return figure(ms / 1000);
}
