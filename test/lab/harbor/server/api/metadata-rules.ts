// The rules of project metadata, used by projects and by the metadata routes.

import type { Harbor } from '../harbor.ts';
import { find } from '../tables.ts';
import { Answer, type WebReply } from '../web.ts';
import { parseBool } from './views.ts';

const FLAGS = ['public', 'enable_content_trust', 'prevent_vul', 'auto_scan'];
const SEVERITIES = ['high', 'medium', 'low', 'negligible'];

/** The metadata with its known values in one form; a wrong one ends the request. */
export function checkMetadata(
  metadata: Readonly<Record<string, string>>,
  wrong: (text: string) => WebReply,
): Record<string, string> {
  const checked = { ...metadata };
  for (const name of FLAGS) {
    const value = checked[name];
    if (value === undefined) continue;
    const flag = parseBool(value);
    if (flag === undefined) {
      throw new Answer(
        wrong(`failed to parse ${value} to bool: strconv.ParseBool: parsing "${value}": invalid syntax`),
      );
    }
    checked[name] = String(flag);
  }
  const severity = checked['severity'];
  if (severity !== undefined) {
    if (!SEVERITIES.includes(severity.toLowerCase())) throw new Answer(wrong(`invalid severity ${severity}`));
    checked['severity'] = severity.toLowerCase();
  }
  return checked;
}

/** A project's metadata, by name. */
export async function metadataOf(harbor: Harbor, projectId: number): Promise<Record<string, string>> {
  const rows = await harbor.tables.select('project_metadata', { project_id: projectId, deleted: 0 });
  return Object.fromEntries(
    rows.map((row) => [row.name, row.value] as const).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** Adds and changes metadata; what is not named stays. */
export async function writeMetadata(
  harbor: Harbor,
  projectId: number,
  metadata: Readonly<Record<string, string>>,
): Promise<void> {
  for (const [name, value] of Object.entries(metadata)) {
    const where = { project_id: projectId, name };
    const known = await find(harbor.tables, 'project_metadata', where);
    if (known === undefined) await harbor.tables.insert('project_metadata', { ...where, value, deleted: 0 });
    else await harbor.tables.update('project_metadata', where, { value, deleted: 0 });
  }
}
