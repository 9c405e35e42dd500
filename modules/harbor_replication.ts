import { defineModule } from '../src/module/index.ts';
import { openHarbor } from './lib/harbor/open.ts';
import { harborRequests } from './lib/harbor/requests.ts';
import type { Current } from './lib/harbor-replication/current.ts';
import { type ReplicationParams, replicationParams } from './lib/harbor-replication/params.ts';
import { planReplication } from './lib/harbor-replication/plan.ts';
import { loginOf, readReplication } from './lib/harbor-replication/read.ts';

export const harborReplication = defineModule<typeof replicationParams, Current, ReplicationParams>({
  name: 'harbor_replication',
  summary: 'Have one replication rule on one Harbor, with its endpoint.',
  notes: [
    'Works with Harbor 1.5 and 2.x. Everything is checked before anything is changed: params against the generation, projects here and on the remote, and whether this Harbor reaches the remote with this user and password. A rule that is there under this name is changed where it differs, never made twice.',
    'A password that is stored cannot be read. It is replaced where this Harbor fails with it but succeeds with `remote.password`; where both fail, the remote may be down, so it is left alone with a warning.',
    'An endpoint whose address or user differs is changed in place, for other rules that use it too. One address has one endpoint: a second name for it is refused (on 2.x only with the same user).',
    'Two Harbors replicate to each other with one rule on each. Both answer to their own replication, which ends by itself; but a tag pushed twice within seconds may end up with the older image on both, and a delete while its push is still on the way may be undone. Push a tag again, or delete it, only once the push has arrived.',
    'Harbor 1.5 replicates pushes of Docker clients only: not those of podman, skopeo, buildkit or containerd. An event while the remote is down for more than about a minute is lost on either generation.',
    'Where more than one request makes a rule (a schedule on 1.5, `replicate_existing` on 2.x), its description ends in `(not yet complete)` until the last is done; a run that was cut off is completed by the next.',
    'Patterns are Harbor’s own: on 1.5 `*` does not match a `/` inside a name.',
  ],
  kind: 'state',
  scope: 'outside',
  volatile: true,
  params: replicationParams,
  examples: `- name: Everything in "example" goes to b at once, deletes too
  harbor_replication:
    url: https://a.example.com
    password: "{{ harbor_admin_password }}"
    name: example-to-b
    remote:
      name: b
      url: https://b.example.com
      username: admin
      password: "{{ harbor_admin_password }}"
    projects: [example]
    replicate_deletion: true

- name: Releases only, every night at half past two
  harbor_replication:
    url: https://a.example.com
    password: "{{ harbor_admin_password }}"
    name: releases-to-b
    remote: { name: b, url: https://b.example.com }
    projects: [example]
    filters: { tag: 'v*' }
    trigger: scheduled
    cron: '0 30 2 * * *'

- harbor_replication:
    url: https://a.example.com
    password: "{{ harbor_admin_password }}"
    name: example-to-b
    remote: { name: b }
    state: absent
`,
  returns: {
    rule_id: 'number of the rule',
    endpoint_id: 'number of the endpoint',
    name: 'name of the rule',
    generation: 'the API that answered: `1.5` or `2`',
  },
  read: (host, params) => readReplication(openHarbor, host, params),
  plan: (params, current) =>
    planReplication(params, current, harborRequests(current.generation, loginOf(params))),
});
