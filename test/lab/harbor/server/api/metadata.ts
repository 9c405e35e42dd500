// A project's metadata, one by one.

import { isPublic, mayRead, requireLogin } from '../caller.ts';
import { type Call, type Handler, jsonBody } from '../harbor.ts';
import { Answer, abort, done, fail, json } from '../web.ts';
import { checkMetadata, metadataOf, writeMetadata } from './metadata-rules.ts';
import { projectOf } from './projects.ts';

interface Known {
  readonly projectId: number;
  readonly name: string;
  readonly all: Readonly<Record<string, string>>;
}

export const list: Handler = async (call) => json((await known(call)).all);

export const get: Handler = async (call) => {
  const { name, all } = await known(call);
  return json({ [name]: all[name] });
};

export const add: Handler = async (call) => {
  const { projectId, all } = await known(call);
  const metadata = checkMetadata(
    (await jsonBody<Record<string, string>>(call, {})) as Record<string, string>,
    wrong,
  );
  const [name, ...others] = Object.keys(metadata);
  if (name === undefined || others.length > 0) {
    return fail(
      400,
      'invalid request: has no valid key/value pairs or has more than one valid key/value pairs',
    );
  }
  if (name in all) return fail(409);
  await writeMetadata(call.harbor, projectId, metadata);
  return { status: 201, headers: [], body: '' };
};

export const update: Handler = async (call) => {
  const { projectId, name } = await known(call);
  const value = (await jsonBody<Record<string, string>>(call, { [name]: 'string' }))[name];
  if (value === undefined) return fail(400, `must contains key ${name}`);
  await writeMetadata(call.harbor, projectId, checkMetadata({ [name]: value }, wrong));
  return done();
};

export const remove: Handler = async (call) => {
  const { projectId, name } = await known(call);
  await call.harbor.tables.remove('project_metadata', { project_id: projectId, name });
  return done();
};

const wrong = (text: string) => fail(400, text);

async function known(call: Call): Promise<Known> {
  const project = await projectOf(call);
  const { harbor, caller, request } = call;
  if (request.method !== 'GET' || !(await isPublic(harbor, project))) {
    requireLogin(caller);
    if (!(await mayRead(harbor, caller, project))) throw new Answer(fail(403));
  }
  const all = await metadataOf(harbor, project.project_id);
  const name = call.params['name'];
  if (name !== undefined && all[name] === undefined) {
    throw new Answer(fail(404, `metadata ${name} of project ${project.project_id} not found`));
  }
  if (request.method === 'HEAD') throw new Answer(abort(405));
  return { projectId: project.project_id, name: name ?? '', all };
}
