import { MooringError } from '../model/errors.ts';
import type { Value, ValueMap } from '../model/value.ts';
import type { HostState } from './host-state.ts';

/**
 * Thrown out of a template that asks for a fact nobody gathered yet. The engine catches it, gathers
 * the facts of that host and renders again: templates themselves never wait.
 */
export class FactsNeeded extends MooringError {
  readonly host: string;

  constructor(host: string) {
    super(`facts of ${host} are needed`);
    this.host = host;
  }
}

/**
 * The facts layer of a host: `ansible_facts` and every fact as `ansible_NAME`.
 *
 * @param inInventory whether a variable is set in the inventory: then no facts are gathered for it
 */
export function factLookup(
  state: HostState,
  inInventory: (name: string) => boolean,
): (name: string) => Value | undefined {
  return (name) => {
    if (!isFactName(name)) return undefined;
    if (!state.facts) {
      if (inInventory(name)) return undefined;
      throw new FactsNeeded(state.name);
    }
    return name === 'ansible_facts' ? state.facts : ownValue(state.facts, name.slice('ansible_'.length));
  };
}

/** Whether a name can only be a fact: `ansible_…`, but none of the variables with a meaning of their own. */
function isFactName(name: string): boolean {
  return name.startsWith('ansible_') && !ownMeaning.test(name);
}

const ownMeaning = new RegExp(
  `^ansible_(${[
    'host|port|user|password|connection|timeout|remote_tmp|async_dir|group_priority',
    'ssh_(?!host_key_)\\w+|sftp_\\w+|scp_\\w+|private_key_\\w+|paramiko_\\w+|winrm_\\w+',
    'become\\w*|sudo_\\w+|su_\\w+|python_interpreter|\\w+_interpreter|shell_\\w+',
    'check_mode|diff_mode|play_\\w+|run_tags|skip_tags|limit|forks|verbosity|config_file|inventory_sources',
    'loop|loop_var|index_var|item_label|failed_task|failed_result|delegated_vars|search_path|playbook_python',
    'role_name|role_names|parent_role\\w+|dependent_role_names|collection_name|version',
  ].join('|')})$`,
);

function ownValue(facts: ValueMap, name: string): Value | undefined {
  return Object.hasOwn(facts, name) ? facts[name] : undefined;
}

/**
 * Calls a function that renders, again after each time it asked for facts.
 *
 * @param gather gathers and stores the facts of a host
 */
export async function withFacts<T>(
  gather: (host: string) => Promise<void>,
  action: () => T | Promise<T>,
): Promise<T> {
  let gathered: Set<string> | undefined;
  for (;;) {
    try {
      return await action();
    } catch (error) {
      const host = neededFacts(error);
      if (host === undefined || gathered?.has(host)) throw error;
      gathered ??= new Set();
      gathered.add(host);
      await gather(host);
    }
  }
}

/** The host whose facts an error asks for; undefined = another error. */
function neededFacts(error: unknown): string | undefined {
  if (error instanceof FactsNeeded) return error.host;
  return error instanceof Error && error.cause !== undefined ? neededFacts(error.cause) : undefined;
}
