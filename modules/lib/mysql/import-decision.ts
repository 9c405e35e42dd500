import type { DumpInfo } from './dump.ts';

/** What the target server holds of the database. */
export interface DatabaseState {
  readonly exists: boolean;
  readonly tables: readonly string[];
  readonly version?: string | undefined;
  /** Our own record of an import into it. */
  readonly marker?: { readonly sha256: string; readonly finished: boolean } | undefined;
}

export interface DecisionInput {
  readonly database: string;
  readonly state: DatabaseState;
  /** undefined = the dump is not there (any more). */
  readonly dump: DumpInfo | undefined;
  readonly version?: string | undefined;
  readonly expectedTables?: readonly string[] | undefined;
  readonly force: boolean;
  readonly forcePartial: boolean;
}

export type ImportDecision =
  | { readonly action: 'none'; readonly message: string }
  | { readonly action: 'import'; readonly message: string; readonly keepsOld: boolean }
  | { readonly action: 'fail'; readonly message: string };

/** The decision table: what is there, against what the dump would bring. */
export function decideImport(input: DecisionInput): ImportDecision {
  const { state, dump, database } = input;
  if (state.tables.length === 0) {
    return startImport(
      input,
      false,
      state.exists ? `${database} is empty` : `there is no database ${database}`,
    );
  }
  const wanted = input.expectedTables ?? dump?.tables ?? [];
  const missing = wanted.filter((table) => !state.tables.includes(table));
  if (missing.length > 0 || state.marker?.finished === false) return partial(input, missing);
  if (input.version !== undefined && state.version !== input.version) {
    const message = `${database} has schema version ${state.version ?? 'none'}, not ${input.version}: migrate it with the tool of the application first`;
    return input.force ? startImport(input, true, message) : { action: 'fail', message };
  }
  if (dump !== undefined && state.marker?.sha256 === dump.sha256) {
    return { action: 'none', message: 'this dump was imported before' };
  }
  if (input.force) return startImport(input, true, 'replaced as `force: true` says');
  return {
    action: 'none',
    message: `${database} is complete and live: kept as it is (\`force: true\` would replace it)`,
  };
}

function partial(input: DecisionInput, missing: readonly string[]): ImportDecision {
  const what =
    missing.length > 0
      ? `tables are missing: ${missing.join(', ')}`
      : 'an import was begun and never finished';
  if (input.forcePartial) return startImport(input, true, `partly there, ${what}`);
  return {
    action: 'fail',
    message: `${input.database} is only partly there, ${what}; \`force_partial: true\` sets it aside and imports again`,
  };
}

function startImport(input: DecisionInput, keepsOld: boolean, message: string): ImportDecision {
  const problem = dumpProblem(input);
  return problem ? { action: 'fail', message: problem } : { action: 'import', keepsOld, message };
}

/** Why a dump must not be imported; undefined = it may. */
function dumpProblem(input: DecisionInput): string | undefined {
  const { dump } = input;
  if (dump === undefined) return `there is no dump to fill ${input.database} from`;
  if (!dump.complete) return 'the dump is not complete: its last line is not `-- Dump completed`';
  if (dump.tables.length === 0) return 'the dump holds no tables';
  if (dump.databases.length > 1) return `the dump holds more than one database: ${dump.databases.join(', ')}`;
  if (dump.uses > 1) return 'the dump holds more than one USE statement';
  if (dump.unsupported.length > 0) {
    return `the dump holds a ${dump.unsupported.join(', a ')}: these cannot be moved together with tables`;
  }
  const missing = (input.expectedTables ?? []).filter((table) => !dump.tables.includes(table));
  if (missing.length > 0) return `the dump lacks tables: ${missing.join(', ')}`;
  if (input.version !== undefined && dump.version !== input.version) {
    return `the dump has schema version ${dump.version ?? 'none'}, not ${input.version}`;
  }
  return undefined;
}
