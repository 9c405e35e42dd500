import type { ItemResult, TaskResult } from '../model/result.ts';
import type { ValueMap } from '../model/value.ts';
import { unifiedDiff } from '../util/diff.ts';

export interface LineOptions {
  readonly verbosity: number;
  /** `--diff`; a result may ask for it itself. */
  readonly diff: boolean;
  /** Shows what was registered without -v as well (`debug`). */
  readonly showValues?: boolean;
}

/** `h1`, or `h1 -> h2` where the task was delegated. */
export function hostLabel(host: string, delegatedTo: string | undefined): string {
  return delegatedTo === undefined ? host : `${host} -> ${delegatedTo}`;
}

/**
 * The lines for one host's result, in Ansible's words (`ok: [h1]`, `fatal: [h1]: FAILED! => {…}`).
 *
 * @param label host label
 * @param result what happened; an ItemResult adds its item
 * @param options verbosity (0 = result words only) and whether to show diffs
 * @returns lines without newline; empty where an item line has already said it all
 */
export function resultLines(
  label: string,
  result: TaskResult | ItemResult,
  options: LineOptions,
): readonly string[] {
  const lines = options.diff || result.showDiff ? diffLines(result) : [];
  lines.push(headline(label, result, options));
  if (options.verbosity >= 3) lines.push(...result.steps.map((step) => `    step: ${step}`));
  if (result.ignored) lines.push('...ignoring');
  lines.push(...result.warnings.map((warning) => `[WARNING]: [${label}] ${warning}`));
  return lines;
}

function headline(label: string, result: TaskResult | ItemResult, options: LineOptions): string {
  const item = 'label' in result ? ` (item=${result.label})` : '';
  const arrow = item === '' ? '' : ` =>${item}`;
  switch (result.outcome) {
    case 'ok':
    case 'changed':
      return `${result.outcome}: [${label}]${arrow}${details(result, options)}`;
    case 'skipped':
      return `skipping: [${label}]${arrow}${reason(result, options)}`;
    case 'unknown':
      return `unknown: [${label}]${arrow} decided at run time${result.message ? `: ${trimReason(result.message)}` : ''}`;
    case 'unreachable':
      return `fatal: [${label}]: UNREACHABLE! => ${failureJson(result)}`;
    case 'failed':
      return item === ''
        ? `fatal: [${label}]: FAILED! => ${failureJson(result)}`
        : `failed: [${label}]${item} => ${failureJson(result)}`;
  }
}

function trimReason(message: string): string {
  return message.replace(/^decided at run time:?\s*/, '');
}

function details(result: TaskResult, options: LineOptions): string {
  if (options.verbosity < 1 && options.showValues !== true) return '';
  return ` => ${stringify(visible(result.values, options.verbosity < 1))}`;
}

function visible(values: ValueMap, messageOnly: boolean): ValueMap {
  const entries = Object.entries(values).filter(([key]) => !key.startsWith('_'));
  const noise = ['changed', 'failed', 'skipped'];
  return Object.fromEntries(messageOnly ? entries.filter(([key]) => !noise.includes(key)) : entries);
}

function reason(result: TaskResult, options: LineOptions): string {
  return options.verbosity >= 1 && result.message ? ` => ${stringify({ skip_reason: result.message })}` : '';
}

/** What people need first comes first: the message, then output, then the rest. */
function failureJson(result: TaskResult): string {
  const { msg, ...rest } = visible(result.values, false);
  const message = msg ?? result.message ?? 'no reason given';
  const wanted = ['rc', 'cmd', 'stderr', 'stdout', 'status', 'url'];
  const chosen = Object.entries(rest).filter(([key, value]) => wanted.includes(key) && value !== '');
  return stringify({ msg: message, ...Object.fromEntries(chosen) });
}

function stringify(value: ValueMap): string {
  return JSON.stringify(value, undefined, 1).replaceAll(/\n\s*/g, ' ');
}

function diffLines(result: TaskResult): string[] {
  return result.diff.flatMap((diff) => {
    const text = unifiedDiff(diff.header, diff.before, diff.after);
    return text === '' ? [] : text.trimEnd().split('\n');
  });
}
