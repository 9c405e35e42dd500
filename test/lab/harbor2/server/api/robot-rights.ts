// What a robot may be allowed: src/common/rbac/const.go, for the kinds of permission `system` and `project`.

/** Whether a robot can be given this right; anything else is refused when it is made. */
export function isRobotRight(kind: 'system' | 'project', resource: string, action: string): boolean {
  const rights = kind === 'system' ? inSystem : inProject;
  return (rights[resource] ?? '').split(' ').includes(action);
}

const inSystem: Readonly<Record<string, string>> = {
  'audit-log': 'list',
  catalog: 'read',
  'garbage-collection': 'read create list update stop',
  'jobservice-monitor': 'list stop',
  label: 'read create delete update',
  'ldap-user': 'create list',
  'preheat-instance': 'read create delete list update',
  project: 'list create',
  'purge-audit': 'read create list update stop',
  quota: 'update read list',
  registry: 'read create delete list update',
  replication: 'read create list',
  'replication-adapter': 'list',
  'replication-policy': 'read create delete list update',
  robot: 'create read list delete',
  'scan-all': 'read update stop create',
  scanner: 'read create delete list update',
  'security-hub': 'read list',
  'system-volumes': 'read',
  user: 'create read update list delete',
  'user-group': 'create read update list delete',
};

const inProject: Readonly<Record<string, string>> = {
  accessory: 'list',
  artifact: 'read create list delete',
  'artifact-addition': 'read',
  'artifact-label': 'create delete',
  'export-cve': 'create read',
  'immutable-tag': 'create delete list update',
  label: 'read create delete list update',
  log: 'list',
  member: 'create read update list delete',
  metadata: 'read create delete list update',
  'notification-policy': 'read create delete list update',
  'preheat-policy': 'read create delete list update',
  project: 'read delete update',
  quota: 'read',
  repository: 'read update delete list pull push',
  robot: 'create read list delete',
  sbom: 'create stop read',
  scan: 'create read stop',
  scanner: 'create read',
  tag: 'create list delete',
  'tag-retention': 'read create delete list update',
};
