// The access log.

import { isAdmin, mayRead, requireLogin } from '../caller.ts';
import { type Call, contains, type Handler, pageOf, pagingHeaders, slice } from '../harbor.ts';
import { type AccessLogRow, apiTime } from '../tables.ts';
import { Answer, fail, json, type WebReply } from '../web.ts';
import { projectOf, visibleProjects } from './projects.ts';

export const all: Handler = async (call) => {
  requireLogin(call.caller);
  const rows = await call.harbor.tables.select('access_log');
  if (isAdmin(call.caller)) return answer(call, rows);
  const mine = await memberProjects(call);
  return answer(
    call,
    rows.filter((row) => mine.has(row.project_id)),
  );
};

export const ofProject: Handler = async (call) => {
  const project = await projectOf(call);
  requireLogin(call.caller);
  if (!(await mayRead(call.harbor, call.caller, project))) throw new Answer(fail(403));
  const rows = await call.harbor.tables.select('access_log', { project_id: project.project_id });
  // The index on project and time gives the younger of two first.
  return answer(call, rows.reverse());
};

async function memberProjects(call: Call): Promise<Set<number>> {
  const { tables } = call.harbor;
  const users = await tables.select('user', {
    username: call.caller.kind === 'user' ? call.caller.username : '',
  });
  const members = await tables.select('project_member', {
    entity_id: users[0]?.user_id ?? 0,
    entity_type: 'u',
  });
  const visible = new Set((await visibleProjects(call)).map((project) => project.project_id));
  return new Set(members.map((member) => member.project_id).filter((id) => visible.has(id)));
}

function answer(call: Call, rows: readonly AccessLogRow[]): WebReply {
  const page = pageOf(call);
  const { query } = call.request;
  const operations = query.getAll('operation').filter((operation) => operation !== '');
  const found = rows
    .filter((row) => contains(row.username, query.get('username')))
    .filter((row) => contains(row.repo_name, query.get('repository')))
    .filter((row) => contains(row.repo_tag, query.get('tag')))
    .filter((row) => operations.length === 0 || operations.includes(row.operation))
    .sort((a, b) => (a.op_time === b.op_time ? 0 : a.op_time < b.op_time ? 1 : -1));
  const shown = slice(found, page).map((row) => ({
    log_id: row.log_id,
    username: row.username,
    project_id: row.project_id,
    repo_name: row.repo_name,
    repo_tag: row.repo_tag,
    guid: row.GUID ?? '',
    operation: row.operation,
    op_time: apiTime(row.op_time),
  }));
  return json(found.length === 0 ? null : shown, pagingHeaders(call, found.length, page));
}
