import {
  defineModule,
  type HostAccess,
  type Plan,
  type RunStep,
  type UserEntry,
} from '../src/module/index.ts';
import { groupList, type UserCurrent, type UserParams, userParams } from './lib/user-params.ts';

export const user = defineModule({
  name: 'user',
  summary: 'Create, change and remove users of a host.',
  notes: ['Passwords are hashes and go to the host on standard input, never on a command line.'],
  kind: 'state',
  params: userParams,
  examples: `- user:
    name: deploy
    groups: [docker]
    append: true
    shell: /bin/bash

- user: { name: harbor, uid: 10000, system: true, create_home: false, shell: /usr/sbin/nologin }

- user: { name: old, state: absent, remove: true }
`,
  returns: {
    name: 'the user',
    uid: 'its number, as far as known',
    home: 'its home directory, as far as known',
  },
  read: readUser,
  plan: planUser,
});

async function readUser(host: HostAccess, params: UserParams): Promise<UserCurrent> {
  const groups = params.state === 'present' ? (groupList(params) ?? []) : [];
  const primaryName = params.group === undefined ? undefined : String(params.group);
  const wantsShadow = params.password !== undefined || params.password_lock !== undefined;
  const [entry, own, primary, found, shadow] = await Promise.all([
    host.user(params.name),
    host.group(params.name),
    primaryName === undefined ? undefined : host.group(primaryName),
    Promise.all(groups.map((name) => host.group(name))),
    wantsShadow ? host.run(['getent', 'shadow', params.name]) : undefined,
  ]);
  const missing = groups.filter((_, index) => found[index] === undefined);
  const missingPrimary =
    primaryName !== undefined && !primary && !/^\d+$/.test(primaryName) ? [primaryName] : [];
  return {
    entry,
    shadow: shadow?.exitCode === 0 ? shadow.stdout.split(':')[1] : undefined,
    ownGroup: own !== undefined,
    primary,
    inPrimary: groups.filter((_, index) => found[index] !== undefined && found[index]?.gid === entry?.gid),
    missingGroups: params.state === 'present' ? [...missingPrimary, ...missing] : [],
  };
}

function planUser(params: UserParams, current: UserCurrent): Plan {
  const { entry } = current;
  const values = {
    name: params.name,
    uid: params.uid ?? entry?.uid ?? null,
    home: params.home ?? entry?.home ?? null,
  };
  const fault = faultOf(params, current);
  if (fault) return { steps: [], failure: fault, values };
  if (params.state === 'absent') return { steps: entry ? [removeStep(params)] : [], values };
  const account = entry ? changeSteps(params, current, entry) : [createStep(params, current)];
  return { steps: [...account, ...passwordSteps(params, current)], values };
}

function faultOf(params: UserParams, current: UserCurrent): string | undefined {
  const [missing] = current.missingGroups;
  if (missing !== undefined) return `there is no group ${missing}; make it first`;
  if (params.password !== undefined && !/^(\$\w+\$.+|[!*]+|[!*]\$\w+\$.+)$/.test(params.password)) {
    return 'password must be a hash as in /etc/shadow (`mkpasswd --method=yescrypt`), not the password itself';
  }
  return undefined;
}

function removeStep(params: UserParams): RunStep {
  const { name } = params;
  const argv = ['userdel', ...(params.remove ? ['-r'] : []), ...(params.force ? ['-f'] : []), name];
  return {
    kind: 'run',
    summary: `remove user ${name}${params.remove ? ' and its home directory' : ''}`,
    argv,
    predicts: [{ kind: 'user', name, present: false }],
    diff: [{ header: `user ${name}`, before: 'present\n', after: '' }],
  };
}

function createStep(params: UserParams, current: UserCurrent): RunStep {
  const { name } = params;
  const groups = groupList(params) ?? [];
  const primary = params.group ?? (current.ownGroup ? name : undefined);
  const options = [
    ...option('-u', params.uid),
    ...(params.non_unique ? ['-o'] : []),
    ...option('-g', primary),
    ...(groups.length > 0 ? ['-G', groups.join(',')] : []),
    ...option('-c', params.comment),
    ...option('-d', params.home),
    ...option('-s', params.shell),
    params.create_home ? '-m' : '-M',
    ...(params.system ? ['-r'] : []),
  ];
  const home = params.create_home ? (params.home ?? `/home/${name}`) : undefined;
  return {
    kind: 'run',
    summary: `create user ${name}`,
    argv: ['useradd', ...options, name],
    predicts: [
      { kind: 'user', name, present: true },
      ...(home === undefined ? [] : [{ kind: 'path', path: home, type: 'directory' } as const]),
    ],
    diff: [{ header: `user ${name}`, before: '', after: described(params, groups) }],
  };
}

function option(flag: string, value: string | number | undefined): string[] {
  return value === undefined ? [] : [flag, String(value)];
}

function described(params: UserParams, groups: readonly string[]): string {
  const { uid, group, comment, home, shell } = params;
  const lines = Object.entries({ uid, group, comment, home, shell })
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key} ${value}\n`);
  return ['present\n', ...lines, ...(groups.length > 0 ? [`groups ${groups.join(',')}\n`] : [])].join('');
}

interface Change {
  readonly what: string;
  readonly before: string;
  readonly after: string;
  readonly options: readonly string[];
}

function changeSteps(params: UserParams, current: UserCurrent, entry: UserEntry): RunStep[] {
  const changes = [
    changeOf('uid', entry.uid, params.uid, ['-u', String(params.uid), ...(params.non_unique ? ['-o'] : [])]),
    groupChange(params, current, entry),
    groupsChange(params, current, entry),
    changeOf('comment', entry.comment, params.comment, option('-c', params.comment)),
    changeOf('home', entry.home, params.home, [
      ...option('-d', params.home),
      ...(params.move_home ? ['-m'] : []),
    ]),
    changeOf('shell', entry.shell, params.shell, option('-s', params.shell)),
  ].filter((change) => change !== undefined);
  if (changes.length === 0) return [];
  const lines = (side: 'before' | 'after'): string =>
    changes.map((change) => `${change.what} ${change[side]}\n`).join('');
  return [
    {
      kind: 'run',
      summary: `change ${changes.map((change) => change.what).join(', ')} of user ${params.name}`,
      argv: ['usermod', ...changes.flatMap((change) => change.options), params.name],
      predicts: [{ kind: 'user', name: params.name, present: true }],
      diff: [{ header: `user ${params.name}`, before: lines('before'), after: lines('after') }],
    },
  ];
}

function changeOf(
  what: string,
  current: string | number,
  desired: string | number | undefined,
  options: readonly string[],
): Change | undefined {
  if (desired === undefined || desired === current) return undefined;
  return { what, before: String(current), after: String(desired), options };
}

function groupChange(params: UserParams, current: UserCurrent, entry: UserEntry): Change | undefined {
  if (params.group === undefined) return undefined;
  const gid = current.primary?.gid ?? Number(params.group);
  return changeOf('group', entry.gid, gid, ['-g', String(params.group)]);
}

function groupsChange(params: UserParams, current: UserCurrent, entry: UserEntry): Change | undefined {
  const desired = groupList(params)?.filter((name) => !current.inPrimary.includes(name));
  if (desired === undefined) return undefined;
  const missing = desired.filter((name) => !entry.groups.includes(name));
  const surplus = params.append ? [] : entry.groups.filter((name) => !desired.includes(name));
  if (missing.length === 0 && surplus.length === 0) return undefined;
  const after = params.append ? [...entry.groups, ...missing] : desired;
  const options = params.append ? ['-a', '-G', missing.join(',')] : ['-G', desired.join(',')];
  return { what: 'groups', before: entry.groups.join(','), after: after.join(','), options };
}

function passwordSteps(params: UserParams, current: UserCurrent): RunStep[] {
  const { name, password, password_lock: lock } = params;
  const isNew = current.entry === undefined;
  const sets = password !== undefined && (isNew || params.update_password === 'always');
  const steps: RunStep[] = [];
  let locked = isNew || current.shadow?.startsWith('!') === true;
  if (sets && unlocked(current.shadow ?? '') !== unlocked(password)) {
    steps.push({
      kind: 'run',
      summary: `set the password of user ${name}`,
      argv: ['chpasswd', '-e'],
      stdin: { text: `${name}:${password}\n` },
      diff: [{ header: `password of user ${name}`, before: '(secret)\n', after: '(secret, new)\n' }],
    });
    locked = password.startsWith('!');
  }
  if (lock !== undefined && lock !== locked) {
    const verb = lock ? 'lock' : 'unlock';
    const argv = ['usermod', lock ? '-L' : '-U', name];
    steps.push({ kind: 'run', summary: `${verb} the password of user ${name}`, argv });
  }
  return steps;
}

/** A lock is a `!` before the hash, and says nothing about which hash it is. */
function unlocked(hash: string): string {
  return /^!+\$/.test(hash) ? hash.replace(/^!+/, '') : hash;
}
