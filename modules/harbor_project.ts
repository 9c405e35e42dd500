import { defineModule, type HostAccess } from '../src/module/index.ts';
import { openHarbor } from './lib/harbor/open.ts';
import { harborRequests } from './lib/harbor/requests.ts';
import {
  type ProjectCurrent,
  type ProjectParams,
  projectParams,
} from './lib/harbor-objects/project-params.ts';
import { planProject } from './lib/harbor-objects/project-plan.ts';

export const harborProject = defineModule({
  name: 'harbor_project',
  summary: 'Have a project in a Harbor: its settings, quota and members.',
  notes: [
    'Only what is given is managed; the rest stays as it is. Works with Harbor 1.5 and 2.x.',
    'A project that holds repositories is never removed, nor (1.5) one that a replication rule uses.',
    'The one who makes a project becomes its project_admin.',
  ],
  kind: 'state',
  scope: 'outside',
  volatile: true,
  params: projectParams,
  examples: `- name: Project for the product teams
  harbor_project:
    url: https://a.example.com
    password: "{{ harbor_admin_password }}"
    name: example
    public: true
    scan_on_push: true
    members:
      - {name: ci, role: developer}

- name: Nobody needs it any more
  harbor_project:
    url: https://a.example.com
    password: "{{ harbor_admin_password }}"
    name: old
    state: absent`,
  returns: { project: 'its id and name; null where it is not there yet' },
  read: readProject,
  plan: (params, current) => planProject(params, current, harborRequests(current.generation, params)),
});

async function readProject(host: HostAccess, params: ProjectParams): Promise<ProjectCurrent> {
  const harbor = await openHarbor(host, params);
  const { generation } = harbor;
  const project = await harbor.project(params.name);
  const nothing = { generation, project, members: [], quota: undefined, rules: [] };
  if (!project) return nothing;
  if (params.state === 'absent') {
    const rules = generation === '1.5' ? await harbor.rules() : [];
    const using = rules.filter((rule) => rule.projects.includes(params.name)).map((rule) => rule.name);
    return { ...nothing, rules: using };
  }
  const [members, quota] = await Promise.all([
    params.members === undefined ? [] : harbor.members(project.id),
    params.storage_limit === undefined ? undefined : harbor.quota(project.id),
  ]);
  return { ...nothing, members, quota };
}
