import { parseBody } from '../body.ts';
import type { Call, Routes } from '../harbor.ts';
import { badRequest, empty, HarborError, json } from '../http.ts';
import { metadataNames, projectOf } from './project-path.ts';

export const metadataRoutes: Routes = {
  'GET /projects/{project_name_or_id}/metadatas/': (call) =>
    json(projectOf(call, 'list', 'metadata').metadata),
  'POST /projects/{project_name_or_id}/metadatas/': add,
  'GET /projects/{project_name_or_id}/metadatas/{meta_name}': get,
  'PUT /projects/{project_name_or_id}/metadatas/{meta_name}': update,
  'DELETE /projects/{project_name_or_id}/metadatas/{meta_name}': remove,
};

function add(call: Call) {
  const project = projectOf(call, 'create', 'metadata');
  const body = parseBody('metadata', call.request.body);
  const [name, ...more] = body.keys;
  if (name === undefined || more.length > 0) throw badRequest('only allow one key/value pair');
  const value = checked(name, body.text(name) ?? '');
  if (project.metadata[name] !== undefined)
    throw new HarborError('CONFLICT', `metadata ${name} already exists for project ${project.id}`);
  project.metadata[name] = value;
  return empty();
}

function get(call: Call) {
  const { metadata } = projectOf(call, 'read', 'metadata');
  const name = call.params['meta_name'] ?? '';
  return json(metadata[name] === undefined ? {} : { [name]: metadata[name] });
}

function update(call: Call) {
  const project = projectOf(call, 'update', 'metadata');
  const name = call.params['meta_name'] ?? '';
  const value = checked(name, parseBody('metadata', call.request.body).text(name) ?? '');
  project.metadata[name] = value;
  return empty();
}

function remove(call: Call) {
  const project = projectOf(call, 'delete', 'metadata');
  delete project.metadata[call.params['meta_name'] ?? ''];
  return empty();
}

const severities = ['none', 'low', 'medium', 'high', 'critical', 'negligible'];

function checked(name: string, value: string): string {
  if (name === 'severity') {
    if (!severities.includes(value.toLowerCase())) throw badRequest(`invalid value: ${value}`);
    return value.toLowerCase();
  }
  if (name === 'retention_id' || !metadataNames.includes(name)) throw badRequest(`invalid key: ${name}`);
  if (/^(1|t|true)$/i.test(value)) return 'true';
  if (/^(0|f|false)$/i.test(value)) return 'false';
  throw badRequest(`invalid value: ${value}`);
}
