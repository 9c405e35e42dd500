import type { Module } from '../src/module/index.ts';
import { addHost } from './add_host.ts';
import { apt } from './apt.ts';
import { assert } from './assert.ts';
import { asyncStatus } from './async_status.ts';
import { blockinfile } from './blockinfile.ts';
import { command } from './command.ts';
import { compose } from './compose.ts';
import { copy } from './copy.ts';
import { cron } from './cron.ts';
import { debug } from './debug.ts';
import { dockerContainerInfo } from './docker_container_info.ts';
import { dockerImage } from './docker_image.ts';
import { exports } from './exports.ts';
import { fail } from './fail.ts';
import { fetch } from './fetch.ts';
import { file } from './file.ts';
import { getUrl } from './get_url.ts';
import { group } from './group.ts';
import { groupBy } from './group_by.ts';
import { harborCfg } from './harbor_cfg.ts';
import { harborConfig } from './harbor_config.ts';
import { harborInfo } from './harbor_info.ts';
import { harborProject } from './harbor_project.ts';
import { harborReplication } from './harbor_replication.ts';
import { harborRobot } from './harbor_robot.ts';
import { harborSecretkey } from './harbor_secretkey.ts';
import { harborSync } from './harbor_sync.ts';
import { harborUser } from './harbor_user.ts';
import { harborWait } from './harbor_wait.ts';
import { importRole } from './import_role.ts';
import { importTasks } from './import_tasks.ts';
import { includeRole } from './include_role.ts';
import { includeTasks } from './include_tasks.ts';
import { includeVars } from './include_vars.ts';
import { lineinfile } from './lineinfile.ts';
import { meta } from './meta.ts';
import { mount } from './mount.ts';
import { mysqldumpImport } from './mysqldump_import.ts';
import { pause } from './pause.ts';
import { ping } from './ping.ts';
import { replace } from './replace.ts';
import { script } from './script.ts';
import { secretFile } from './secret_file.ts';
import { setFact } from './set_fact.ts';
import { setup } from './setup.ts';
import { shell } from './shell.ts';
import { slurp } from './slurp.ts';
import { stat } from './stat.ts';
import { sysctl } from './sysctl.ts';
import { systemd } from './systemd.ts';
import { template } from './template.ts';
import { treeCopy } from './tree_copy.ts';
import { unarchive } from './unarchive.ts';
import { uri } from './uri.ts';
import { user } from './user.ts';
import { validateArgumentSpec } from './validate_argument_spec.ts';
import { waitFor } from './wait_for.ts';

const all: readonly Module[] = [
  addHost,
  apt,
  assert,
  asyncStatus,
  blockinfile,
  command,
  compose,
  copy,
  cron,
  debug,
  dockerContainerInfo,
  dockerImage,
  exports,
  fail,
  fetch,
  file,
  getUrl,
  group,
  groupBy,
  harborCfg,
  harborConfig,
  harborInfo,
  harborProject,
  harborReplication,
  harborRobot,
  harborSecretkey,
  harborSync,
  harborUser,
  harborWait,
  importRole,
  importTasks,
  includeRole,
  includeTasks,
  includeVars,
  lineinfile,
  meta,
  mount,
  mysqldumpImport,
  pause,
  ping,
  replace,
  script,
  secretFile,
  setFact,
  setup,
  shell,
  slurp,
  stat,
  sysctl,
  systemd,
  template,
  treeCopy,
  unarchive,
  uri,
  user,
  validateArgumentSpec,
  waitFor,
];

/** Every module by each of its names. */
export const modules: ReadonlyMap<string, Module> = new Map(
  all.flatMap((module) => [module.name, ...(module.aliases ?? [])].map((name) => [name, module] as const)),
);
