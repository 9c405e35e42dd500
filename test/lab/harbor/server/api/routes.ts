// All routes of the ui, in the order in which they are tried.

import { type Route, route } from '../router.ts';
import * as configurations from './configurations.ts';
import * as jobs from './jobs.ts';
import * as labels from './labels.ts';
import * as login from './login.ts';
import * as logs from './logs.ts';
import * as members from './members.ts';
import * as metadata from './metadata.ts';
import * as notifications from './notifications.ts';
import * as policies from './policies.ts';
import * as projects from './projects.ts';
import * as proxy from './registry-proxy.ts';
import * as repositories from './repositories.ts';
import * as search from './search.ts';
import * as system from './system.ts';
import * as tags from './tags.ts';
import * as targets from './targets.ts';
import * as users from './users.ts';

export const ROUTES: readonly Route[] = [
  route('/', { GET: login.index }),
  route('/login', { POST: login.logIn }),
  route('/log_out', { GET: login.logOut }),
  route('/userExists', { POST: users.exists }),
  route('/api/ping', { GET: system.ping }),
  route('/api/search', { GET: search.search }, true),
  route('/api/statistics', { GET: search.statistics }, true),
  route('/api/systeminfo', { GET: system.info }),
  route('/api/systeminfo/volumes', { GET: system.volumes }),
  route('/api/systeminfo/getcert', { GET: system.certificate }),
  route('/api/projects', { GET: projects.list, POST: projects.create, HEAD: projects.head }),
  route(
    '/api/projects/:id#',
    { GET: projects.get, PUT: projects.update, DELETE: projects.remove, HEAD: projects.head },
    true,
  ),
  route('/api/projects/:id#/_deletable', { GET: projects.deletable }),
  route('/api/projects/:id#/logs', { GET: logs.ofProject }),
  route('/api/projects/:id#/members', { GET: members.list, POST: members.add }, true),
  route(
    '/api/projects/:id#/members/:member#',
    { GET: members.get, PUT: members.update, DELETE: members.remove },
    true,
  ),
  route('/api/projects/:id#/metadatas', { GET: metadata.list, POST: metadata.add }),
  route('/api/projects/:id#/metadatas/:name', {
    GET: metadata.get,
    PUT: metadata.update,
    DELETE: metadata.remove,
  }),
  route('/api/logs', { GET: logs.all }, true),
  route('/api/users', { GET: users.list, POST: users.create }),
  route('/api/users/:id', { GET: users.get, PUT: users.update, DELETE: users.remove }),
  route('/api/users/:id/password', { PUT: users.changePassword }),
  route('/api/users/:id/sysadmin', { PUT: users.setAdmin }),
  route('/api/usergroups', { GET: users.groups }, true),
  route('/api/repositories', { GET: repositories.list }),
  route('/api/repositories/top', { GET: repositories.top }),
  route('/api/repositories/*repo/tags/:tag/labels', { GET: labels.ofImage, POST: labels.addToImage }),
  route('/api/repositories/*repo/tags/:tag/labels/:id#', { DELETE: labels.removeFromImage }),
  route('/api/repositories/*repo/tags/:tag/manifest', { GET: tags.manifest }),
  route('/api/repositories/*repo/tags/:tag/scan', { POST: tags.scan }),
  route('/api/repositories/*repo/tags/:tag', { GET: tags.get, DELETE: repositories.remove }),
  route('/api/repositories/*repo/tags', { GET: tags.list }),
  route('/api/repositories/*repo/signatures', { GET: tags.signatures }),
  route('/api/repositories/*repo', { PUT: repositories.update, DELETE: repositories.remove }),
  route('/api/targets', { GET: targets.list, POST: targets.create }),
  route('/api/targets/ping', { POST: targets.ping }),
  route('/api/targets/:id#', { GET: targets.get, PUT: targets.update, DELETE: targets.remove }, true),
  route('/api/targets/:id#/policies', { GET: targets.policies }),
  route('/api/policies/replication', { GET: policies.list, POST: policies.create }),
  route(
    '/api/policies/replication/:id#',
    { GET: policies.get, PUT: policies.update, DELETE: policies.remove },
    true,
  ),
  route('/api/replications', { POST: policies.start }, true),
  route('/api/jobs/replication', { GET: jobs.list, PUT: jobs.stop }),
  route('/api/jobs/replication/:id#', { DELETE: jobs.remove }, true),
  route('/api/jobs/replication/:id#/log', { GET: jobs.log }),
  route('/api/configurations', { GET: configurations.get, PUT: configurations.update }, true),
  route('/api/configurations/reset', { POST: configurations.reset }),
  route('/api/email/ping', { POST: configurations.pingMail }),
  route('/api/labels', { GET: labels.list, POST: labels.create }),
  route('/api/labels/:id#', { GET: labels.get, PUT: labels.update, DELETE: labels.remove }),
  route('/api/internal/syncregistry', { POST: system.sync }),
  route('/service/token', { GET: login.token }, true),
  route('/service/notifications', { POST: notifications.fromRegistry }, true),
  route('/service/notifications/jobs/replication/:id#', { POST: notifications.fromJobservice }),
  route('/registryproxy/*path', { '*': proxy.pass }),
];
