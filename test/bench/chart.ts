/** A bar chart of the converged runs as SVG, to be read in light and in dark. */
import { type CompetitorName, labels } from './competitors.ts';
import { type BenchResults, type CaseResult, medianOf } from './results.ts';
import { figure } from './stats.ts';

const shown: readonly CompetitorName[] = ['mooring', 'floor', 'mitogen', 'ansible'];
const width = 760;
const left = 170;
const right = 130;
const barHeight = 20;
const rowHeight = 28;
const groupGap = 46;

interface Bar {
  readonly name: CompetitorName;
  readonly ms: number;
}

/** @param ids cases to show, a group of bars each; those nobody measured are left out */
export function chartSvg(results: BenchResults, ids: readonly string[]): string {
  const groups = ids.flatMap((id) => results.cases.filter((item) => item.id === id));
  let top = 44;
  const parts = groups.map((item) => {
    const text = groupSvg(item, top);
    top += barsOf(item).length * rowHeight + groupGap;
    return text;
  });
  const heading = 'Whole-process time of a run, seconds (less is better)';
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${top}" role="img" aria-label="${heading}">`,
    '<style>',
    'text { font: 13px system-ui, sans-serif; fill: #1f2328 } .title { font-weight: 600 } .note { fill: #59636e }',
    'rect { fill: #8c959f } .mooring { fill: #0969da }',
    '@media (prefers-color-scheme: dark) {',
    'text { fill: #e6edf3 } .note { fill: #9198a1 } rect { fill: #656c76 } .mooring { fill: #4493f8 } }',
    '</style>',
    `<text class="title" x="0" y="18">${heading}</text>`,
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}

/** Each group has a scale of its own: its longest bar is as long as there is room. */
function groupSvg(item: CaseResult, top: number): string {
  const bars = barsOf(item);
  const longest = Math.max(...bars.map(({ ms }) => ms));
  const ours = bars.find(({ name }) => name === 'mooring')?.ms;
  const lines = bars.map(({ name, ms }, index) => {
    const y = top + 12 + index * rowHeight;
    const length = Math.max(1, (ms / longest) * (width - left - right));
    const factor = ours === undefined || name === 'mooring' ? '' : `  × ${figure(ms / ours)}`;
    return [
      `<text x="${left - 8}" y="${y + 15}" text-anchor="end">${labels[name]}</text>`,
      `<rect class="${name}" x="${left}" y="${y}" width="${length.toFixed(1)}" height="${barHeight}" rx="2"/>`,
      `<text class="note" x="${(left + length + 6).toFixed(1)}" y="${y + 15}">${figure(ms / 1000)} s${factor}</text>`,
    ].join('\n');
  });
  return [`<text class="title" x="0" y="${top + 2}">${item.title}</text>`, ...lines].join('\n');
}

function barsOf(item: CaseResult): readonly Bar[] {
  return shown.flatMap((name) => {
    const ms = medianOf(item.samples[name], 'wallMs');
    return ms === undefined ? [] : [{ name, ms }];
  });
}
