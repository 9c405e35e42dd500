import type { Position } from './position.ts';

/** One thing wrong in the user's files, with the place and a way out. */
export interface Fault {
  readonly severity: 'error' | 'warning';
  /** Stable kebab-case word for tools, e.g. `unknown-param`. */
  readonly code: string;
  readonly message: string;
  readonly position?: Position;
  readonly hint?: string;
}

/** Sorts faults by file, line and column; those without a place come first. */
export function byPlace(a: Fault, b: Fault): number {
  const [left, right] = [a.position, b.position];
  if (!left || !right) return Number(Boolean(left)) - Number(Boolean(right));
  if (left.file !== right.file) return left.file < right.file ? -1 : 1;
  return left.line - right.line || left.col - right.col;
}

/** Base of every error a user may see; anything else reaching the top is a bug of Mooring. */
export class MooringError extends Error {
  readonly hint: string | undefined;

  constructor(message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : {});
    this.name = new.target.name;
    this.hint = options.hint;
  }
}

/** Faults in playbooks, vars files or templates; carries all of them at once. */
export class PlaybookError extends MooringError {
  readonly faults: readonly Fault[];

  constructor(faults: readonly Fault[]) {
    super(faults.map((fault) => fault.message).join('\n'));
    this.faults = faults;
  }
}

/** Faults in an inventory; carries all of them at once. */
export class InventoryError extends PlaybookError {}

/** Parameters that do not fit the module, found when their values became known. */
export class ParamsError extends MooringError {}

/** A template or expression that cannot be evaluated: undefined name, wrong type, bad syntax. */
export class TemplateError extends MooringError {
  /** Column inside the string, from 1; undefined where the whole string is meant. */
  readonly col: number | undefined;
  /** Line inside the string, from 1; undefined where the whole string is meant. */
  readonly line: number | undefined;

  constructor(
    message: string,
    options: { hint?: string; cause?: unknown; col?: number; line?: number } = {},
  ) {
    super(message, options);
    this.col = options.col;
    this.line = options.line;
  }
}

/** No contact with a host: the task is `unreachable`, never `failed`. */
export class ConnectionError extends MooringError {}

/** A command, request or wait on a host that did not end as it must. */
export class CommandError extends MooringError {}

/** One that took longer than it may. */
export class TimedOutError extends CommandError {
  /** How long it may take, seconds. */
  readonly seconds: number;

  constructor(message: string, seconds: number) {
    super(message);
    this.seconds = seconds;
  }
}

/** What was asked depends on something check mode only simulated: the task is decided at run time. */
export class DecidedAtRunTime extends MooringError {}

/** Our own mistake. */
export class InternalError extends MooringError {}
