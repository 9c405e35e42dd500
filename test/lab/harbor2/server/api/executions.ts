import { parseBody } from '../body.ts';
import type { Call, Harbor, Routes } from '../harbor.ts';
import { created, empty, json, notFound, text } from '../http.ts';
import { type Fields, page } from '../query.ts';
import { requireInSystem } from '../rights.ts';
import type { Execution, Task } from '../state.ts';
import { NO_TIME, sparse } from '../views.ts';

export const executionRoutes: Routes = {
  'GET /replication/executions': list,
  'POST /replication/executions': start,
  'GET /replication/executions/{id}': (call) => {
    requireInSystem(call.who, 'replication', 'read');
    return json(view(call.harbor, executionOf(call)));
  },
  'PUT /replication/executions/{id}': (call) => {
    requireInSystem(call.who, 'replication', 'create');
    call.harbor.replication.stop(executionOf(call));
    return empty();
  },
  'GET /replication/executions/{id}/tasks': listTasks,
  'GET /replication/executions/{id}/tasks/{task_id}/log': log,
};

const fields: Fields<Execution> = {
  id: (execution) => execution.id,
  start_time: (execution) => execution.started,
  status: (execution) => execution.status,
};

function list({ harbor, request, who }: Call) {
  requireInSystem(who, 'replication', 'list');
  const { query } = request;
  const found = harbor.state.executions.filter(
    ({ policyId, status, trigger }) =>
      Number(query.get('policy_id') ?? policyId) === policyId &&
      (query.get('status') ?? status) === status &&
      (query.get('trigger') ?? trigger) === trigger,
  );
  return page(request, found, (execution) => view(harbor, execution), { fields, sort: '-start_time,-id' });
}

function start({ harbor, request, who }: Call) {
  requireInSystem(who, 'replication', 'create');
  const id = parseBody('execution', request.body).whole('policy_id') ?? 0;
  const policy = harbor.state.policies.find((one) => one.id === id);
  if (policy === undefined) throw notFound(`replication policy ${id} not found`);
  return created(request, harbor.replication.start(policy, 'manual').id);
}

const taskFields: Fields<Task> = {
  id: (task) => task.id,
  start_time: (task) => task.started,
  status: (task) => task.status,
};

function listTasks(call: Call) {
  const { harbor, request } = call;
  requireInSystem(call.who, 'replication', 'list');
  const execution = executionOf(call);
  const status = request.query.get('status');
  const type = request.query.get('resource_type') ?? 'artifact';
  const found = harbor.state.tasks.filter(
    (task) =>
      task.executionId === execution.id && (status ?? task.status) === task.status && type === 'artifact',
  );
  return page(request, found, taskView, { fields: taskFields, sort: '-start_time,-id' });
}

function log(call: Call) {
  requireInSystem(call.who, 'replication', 'read');
  const execution = executionOf(call);
  const id = Number(call.params['task_id']);
  const task = call.harbor.state.tasks.find((one) => one.id === id);
  if (task === undefined) throw notFound(`replication task ${id} not found`);
  if (task.executionId !== execution.id)
    throw notFound(`execution ${execution.id} contains no task with ID ${id}`);
  return text(task.log);
}

function executionOf({ harbor, params }: Call): Execution {
  const execution = harbor.state.executions.find((one) => one.id === Number(params['id']));
  if (execution === undefined) throw notFound(`replication execution ${params['id']} not found`);
  return execution;
}

// A time that is not yet there is Go's zero time, not left out.
function view({ state }: Harbor, execution: Execution) {
  const tasks = state.tasks.filter((task) => task.executionId === execution.id);
  const count = (...among: readonly Task['status'][]): number =>
    tasks.filter((task) => among.includes(task.status)).length;
  return {
    end_time: execution.ended ?? NO_TIME,
    failed: count('Failed'),
    id: execution.id,
    in_progress: count('InProgress', 'Pending'),
    policy_id: execution.policyId,
    start_time: execution.started,
    status: execution.status,
    status_text: execution.statusText,
    stopped: count('Stopped'),
    succeed: count('Succeed'),
    total: tasks.length,
    trigger: execution.trigger,
  };
}

function taskView(task: Task) {
  return sparse({
    dst_resource: task.destination,
    end_time: task.ended ?? NO_TIME,
    execution_id: task.executionId,
    id: task.id,
    job_id: task.jobId,
    operation: task.operation,
    resource_type: 'artifact',
    src_resource: task.source,
    start_time: task.started,
    status: task.status,
  });
}
