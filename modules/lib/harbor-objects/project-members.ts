import type { Diff, RequestStep } from '../../../src/module/index.ts';
import type { HarborRequests } from '../harbor/api.ts';
import type { Generation, Member } from '../harbor/model.ts';
import type { ProjectCurrent, ProjectParams } from './project-params.ts';
import { requestStep } from './requests.ts';

type Wanted = Omit<Member, 'id'>;

const rolesOf15: readonly string[] = ['project_admin', 'developer', 'guest'];

/** Why the members cannot be as desired; undefined = they can. */
export function membersFault(params: ProjectParams, generation: Generation): string | undefined {
  const wanted = wantedMembers(params);
  if (params.purge_members && params.members === undefined) {
    return 'purge_members needs members: the list of those who stay';
  }
  const twice = wanted.find((member, index) => wanted.findIndex((other) => isSame(other, member)) !== index);
  if (twice) return `members names the ${twice.kind} ${twice.name} twice`;
  const unknown = wanted.find(({ role }) => generation === '1.5' && !rolesOf15.includes(role));
  if (!unknown) return undefined;
  return `Harbor 1.5 has no role ${unknown.role} (${unknown.kind} ${unknown.name}): use one of ${rolesOf15.join(', ')}`;
}

/** What adds, changes and takes out members of a project that is there. */
export function memberSteps(
  params: ProjectParams,
  current: ProjectCurrent,
  projectId: number,
  requests: HarborRequests,
): RequestStep[] {
  const wanted = wantedMembers(params);
  const steps = wanted.flatMap((member) => {
    const now = current.members.find((other) => isSame(other, member));
    if (now?.role === member.role) return [];
    const what = `${member.kind} ${member.name}`;
    const diff = memberDiff(params, what, now?.role, member.role);
    if (!now) {
      const summary = `make ${what} a ${member.role} of project ${params.name}`;
      return [requestStep(summary, requests.addMember(projectId, member), diff)];
    }
    const summary = `change ${what} from ${now.role} to ${member.role} in project ${params.name}`;
    return [requestStep(summary, requests.updateMember(projectId, now.id, member.role), diff)];
  });
  const strangers = params.purge_members
    ? current.members.filter((member) => !wanted.some((other) => isSame(other, member)))
    : [];
  const removals = strangers
    .filter(({ kind, name }) => kind !== 'user' || name !== params.username)
    .map(({ id, kind, name, role }) =>
      requestStep(
        `take ${kind} ${name} out of project ${params.name}`,
        requests.removeMember(projectId, id),
        memberDiff(params, `${kind} ${name}`, role, undefined),
      ),
    );
  return [...steps, ...removals];
}

/** The members of params as the model has them. */
export function wantedMembers(params: ProjectParams): readonly Wanted[] {
  return (params.members ?? []).map(({ name, kind, role }) => ({
    name,
    kind: kind ?? 'user',
    role: role ?? 'developer',
  }));
}

function isSame(a: Wanted, b: Wanted): boolean {
  return a.kind === b.kind && shownName(a) === shownName(b);
}

/** Harbor takes the DN of an LDAP group, and shows the group's name: the first value in it. */
function shownName({ kind, name }: Wanted): string {
  const [, first] = /^\s*[^=,]+=\s*((?:\\.|[^,\\])*)/.exec(kind === 'group' ? name : '') ?? [];
  return first?.trim().replaceAll(/\\(.)/g, '$1') ?? name;
}

function memberDiff(params: ProjectParams, what: string, before?: string, after?: string): Diff {
  const line = (role: string | undefined): string => (role === undefined ? '' : `${what}: ${role}\n`);
  return { header: `members of project ${params.name}`, before: line(before), after: line(after) };
}
