import { relative, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Fault } from '../model/errors.ts';

export interface SarifOptions {
  /** Of the program. */
  readonly version: string;
  /** Rules with a sentence each. */
  readonly rules: ReadonlyMap<string, string>;
  /** Absolute directory that paths are told relative to; the working directory unless given. */
  readonly root?: string;
}

/**
 * Faults in the Static Analysis Results Interchange Format, version 2.1.0, which editors and code hosts read.
 *
 * @returns one SARIF log, to be written as JSON
 */
export function createSarifReport(faults: readonly Fault[], options: SarifOptions): object {
  const ids = [...new Set(faults.map(({ code }) => code))].sort();
  const root = pathToFileURL(`${options.root ?? process.cwd()}${sep}`).href;
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'Mooring',
            semanticVersion: options.version,
            rules: ids.map((id) => ({
              id,
              shortDescription: { text: options.rules.get(id) ?? inWords(id) },
            })),
          },
        },
        columnKind: 'utf16CodeUnits',
        originalUriBaseIds: { ROOT: { uri: root } },
        results: faults.map((fault) => resultOf(fault, ids, options.root ?? process.cwd())),
      },
    ],
  };
}

function resultOf(fault: Fault, ids: readonly string[], root: string): object {
  const { code, severity, message, hint, position } = fault;
  return {
    ruleId: code,
    ruleIndex: ids.indexOf(code),
    level: severity,
    message: { text: hint ? `${message} (${hint})` : message },
    ...(position ? { locations: [locationOf(position, root)] } : {}),
  };
}

function locationOf({ file, line, col }: NonNullable<Fault['position']>, root: string): object {
  return {
    physicalLocation: {
      artifactLocation: artifactOf(file, root),
      region: { startLine: line, startColumn: col },
    },
  };
}

/** Relative to the root where the file lies below it, so that another machine finds it too. */
function artifactOf(file: string, root: string): object {
  const below = relative(root, file.startsWith(sep) ? file : `${root}${sep}${file}`);
  if (below.startsWith('..')) return { uri: pathToFileURL(file).href };
  return { uri: below.split(sep).map(encodeURIComponent).join('/'), uriBaseId: 'ROOT' };
}

function inWords(id: string): string {
  const words = id.replaceAll('-', ' ');
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}
