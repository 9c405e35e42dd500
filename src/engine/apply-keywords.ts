import { ParamsError } from '../model/errors.ts';
import type { CommonKeywords } from '../model/playbook.ts';
import type { Position } from '../model/position.ts';
import type { Value, ValueMap } from '../model/value.ts';

/** Keywords that `apply:` may hand on as they are, with their names in the model. */
const plain: Readonly<Record<string, keyof CommonKeywords>> = {
  become: 'become',
  become_user: 'becomeUser',
  become_method: 'becomeMethod',
  connection: 'connection',
  remote_user: 'remoteUser',
  port: 'port',
  environment: 'environment',
  vars: 'vars',
  no_log: 'noLog',
  run_once: 'runOnce',
  ignore_errors: 'ignoreErrors',
  ignore_unreachable: 'ignoreUnreachable',
  check_mode: 'checkMode',
  diff: 'diff',
  any_errors_fatal: 'anyErrorsFatal',
  throttle: 'throttle',
  timeout: 'timeout',
  module_defaults: 'moduleDefaults',
  delegate_to: 'delegateTo',
};

/** The `apply:` of an include as keywords. Throws ParamsError on a keyword that cannot be applied. */
export function applyKeywords(apply: ValueMap, position: Position): CommonKeywords {
  const keywords: Partial<Record<keyof CommonKeywords, unknown>> = {};
  for (const [name, value] of Object.entries(apply)) {
    const key = plain[name];
    if (key) keywords[key] = value;
    else if (name === 'tags' || name === 'notify') keywords[name] = words(value);
    else if (name === 'when') keywords.when = [value].flat().map((expression) => ({ expression, position }));
    else throw new ParamsError(`"${name}" cannot be applied to included tasks`);
  }
  return keywords as CommonKeywords;
}

function words(value: Value): string[] {
  const list = Array.isArray(value) ? value.map(String) : String(value).split(',');
  return list.map((word) => word.trim());
}
