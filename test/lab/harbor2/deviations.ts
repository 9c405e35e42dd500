// Statuses that Harbor gives though its description leaves them out, found in the source of v2.15.2.

/** The statuses of an operation (`GET /projects/{project_name_or_id}`) beyond the described ones. */
export function deviations(operation: string): readonly number[] {
  return [...everywhere, ...(table[operation] ?? [])];
}

// 422: go-swagger refuses parameters and bodies that do not fit before any handler runs. 500: never described for some.
const everywhere = [422, 500];

const table: Readonly<Record<string, readonly number[]>> = {
  // RequireProjectAccess: 401 for nobody, 403 for who may not see it; ProjectMgr.Get: 404.
  'GET /projects/{project_name_or_id}': [403, 404],
  'GET /projects': [400],
  'HEAD /projects': [401],
  // Only a system administrator, and robots of the system, where the configuration says so.
  'POST /projects': [403],
  'DELETE /projects/{project_name_or_id}': [401],
  // The group is looked up in a directory, and there is none.
  'POST /projects/{project_name_or_id}/members': [404],
  'DELETE /projects/{project_name_or_id}/members/{mid}': [404],
  // Its children are protected: VIOLATE_FOREIGN_KEY_CONSTRAINT.
  'DELETE /projects/{project_name}/repositories/{repository_name}/artifacts/{reference}': [412],
  'GET /replication/policies': [400],
  'GET /replication/policies/{id}': [404],
  // regMgr.Get of the registry it names.
  'POST /replication/policies': [404],
  'GET /replication/executions': [400],
  // No such policy, a disabled one.
  'POST /replication/executions': [404, 412],
  'GET /replication/executions/{id}/tasks': [404],
  'GET /registries': [400],
  'GET /users': [400],
  // A robot has no user.
  'GET /users/current': [412],
  'PUT /users/{user_id}': [400],
  'GET /robots': [401, 403],
  'POST /robots': [409],
  'GET /labels': [403],
  'POST /labels': [403],
  'GET /labels/{label_id}': [403],
  'PUT /labels/{label_id}': [403],
  'DELETE /labels/{label_id}': [403],
  // Values are checked one by one; a configuration from the environment is 403, which is described.
  'PUT /configurations': [400],
};
