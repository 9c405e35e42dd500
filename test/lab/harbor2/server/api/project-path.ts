// What the operations below /projects share.

import type { Body } from '../body.ts';
import type { Call } from '../harbor.ts';
import { projectFor } from '../rights.ts';
import type { Project } from '../state.ts';

/** The metadata that a project can have. */
export const metadataNames: readonly string[] = [
  'public',
  'enable_content_trust',
  'enable_content_trust_cosign',
  'prevent_vul',
  'severity',
  'auto_scan',
  'auto_sbom_generation',
  'reuse_sys_cve_allowlist',
  'retention_id',
];

/** The project that the path of a call names, where the caller may do this with it. */
export function projectOf(call: Call, action: string, resource = 'project'): Project {
  const { harbor, params, request, who } = call;
  const isName = request.headers['x-is-resource-name'] === 'true';
  return projectFor(harbor.state, who, params['project_name_or_id'] ?? '', [resource, action], isName);
}

/** The `metadata` of a project's body: texts only, unknown names dropped. */
export function readMetadata(body: Body | undefined): Record<string, string> {
  if (body === undefined) return {};
  const entries = metadataNames.flatMap((name) => {
    const value = body.text(name);
    return value === undefined ? [] : [[name, value]];
  });
  return Object.fromEntries(entries);
}
