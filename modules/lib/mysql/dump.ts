import { CommandError, type HostAccess, type Need } from '../../../src/module/index.ts';

/** What a dump says of itself, found by reading it once. */
export interface DumpInfo {
  readonly sha256: string;
  readonly tables: readonly string[];
  /** Names in `CREATE DATABASE` and `USE` lines outside of data. */
  readonly databases: readonly string[];
  readonly uses: number;
  /** The first value of the version table's row, where asked for. */
  readonly version?: string;
  /** It ends with `-- Dump completed`. */
  readonly complete: boolean;
  /** Triggers, views, routines, events: kinds that cannot be renamed with their tables. */
  readonly unsupported: readonly string[];
}

/**
 * awk program that reports on a dump. It follows quotes from line to line, so that text inside a data
 * row is never taken for a statement.
 */
const analyser = String.raw`
function leave(line) {
  gsub(/\\./, "", line)
  count = gsub(/'/, "", line)
  if (count % 2) inside = !inside
}
NF { completed = 0 }
inside { leave($0); next }
/^-- Dump completed/ { completed = 1; next }
/^--/ || /^$/ { next }
/^CREATE DATABASE / || /^\/\*!40000 DROP DATABASE / { if (match($0, /${'`'}[^${'`'}]+${'`'}/)) print "database " substr($0, RSTART + 1, RLENGTH - 2); next }
/^USE / { uses++; if (match($0, /${'`'}[^${'`'}]+${'`'}/)) print "database " substr($0, RSTART + 1, RLENGTH - 2); next }
/^CREATE TABLE / { if (match($0, /${'`'}[^${'`'}]+${'`'}/)) print "table " substr($0, RSTART + 1, RLENGTH - 2); leave($0); next }
/^(\/\*!500[0-9]+ )?CREATE.*TRIGGER/ { print "unsupported trigger"; next }
/^(\/\*!500[0-9]+ )?CREATE.*(PROCEDURE|FUNCTION)/ { print "unsupported routine"; next }
/^(\/\*!50[0-9]+ )?CREATE.*EVENT/ { print "unsupported event"; next }
/^\/\*!50001 (CREATE|VIEW)/ || /^CREATE.*VIEW/ { print "unsupported view"; next }
index($0, "INSERT INTO ${'`'}" version_table "${'`'} ") == 1 { wanted = 1 }
wanted && match($0, /'[^']*'/) { print "version " substr($0, RSTART + 1, RLENGTH - 2); wanted = 0 }
/^\/\*/ { next }
{ leave($0) }
END { print "uses " uses + 0; print "complete " completed + 0 }
`;

/**
 * Reads a dump where it lies (or as it is made) and reports on it.
 *
 * @param host where the producer runs
 * @param producer shell text that writes the dump to stdout
 * @param env environment of the producer
 * @param versionTable table whose single row holds the schema version; empty = none
 * @throws CommandError where the producer fails
 */
export async function readDump(
  host: HostAccess,
  producer: string,
  options: {
    readonly env: Readonly<Record<string, string>>;
    readonly versionTable: string;
    readonly needs: readonly Need[];
  },
): Promise<DumpInfo> {
  // The report goes to the real stdout (3), the bytes through tee into sha256sum: one pass, no copy on disk.
  const script = `exec 3>&1
{ { ${producer}
} || echo "producer $?" >&3; } | { tee /dev/fd/5 | LC_ALL=C awk -v version_table="$VERSION_TABLE" "$ANALYSER" >&3; } 5>&1 | sha256sum`;
  const env = { ...options.env, ANALYSER: analyser, VERSION_TABLE: options.versionTable };
  const reply = await host.script(script, { env, needs: options.needs, timeoutMs: 600_000 });
  const failed = /^producer (\d+)$/m.exec(reply.stdout);
  if (failed || reply.exitCode !== 0) {
    throw new CommandError(
      `the dump cannot be read: ${reply.stderr.trim() || `exit code ${failed?.[1] ?? reply.exitCode}`}`,
    );
  }
  return parseReport(reply.stdout);
}

/** Parses what the analyser and sha256sum printed. */
function parseReport(text: string): DumpInfo {
  const lines = text.split('\n');
  const all = (word: string): readonly string[] =>
    lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1));
  const [version] = all('version');
  return {
    sha256: /^([0-9a-f]{64}) /m.exec(text)?.[1] ?? '',
    tables: all('table'),
    databases: [...new Set(all('database'))],
    uses: Number(all('uses')[0] ?? 0),
    ...(version === undefined ? {} : { version }),
    complete: all('complete')[0] === '1',
    unsupported: [...new Set(all('unsupported'))],
  };
}

/**
 * Shell text that turns a dump on stdin into one that fills another schema: only whole DROP DATABASE,
 * CREATE DATABASE and USE lines before the first CREATE TABLE are rewritten, and MariaDB's sandbox
 * line (`/*!999999\- …` and `/*M!999999\- …`) is dropped, which MySQL's client stops at.
 *
 * @param schema name of the schema to fill; letters, digits and `_` only
 */
export function rewriteFilter(schema: string): string {
  const program = String.raw`
NR == 1 && /^\/\*M?!999999\\- enable the sandbox mode/ { next }
/^CREATE TABLE / { body = 1 }
!body && (/^CREATE DATABASE / || /^USE / || /^\/\*!40000 DROP DATABASE /) { sub(/${'`'}[^${'`'}]+${'`'}/, "${'`'}" schema "${'`'}") }
{ print }`;
  return `LC_ALL=C awk -v schema=${schema} '${program.replaceAll("'", "'\\''")}'`;
}
