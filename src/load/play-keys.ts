/** Keys that only plays have, beside the common keywords. */
export const playKeys = [
  'hosts',
  'gather_facts',
  'vars_files',
  'defaults_files',
  'vars_prompt',
  'pre_tasks',
  'roles',
  'tasks',
  'post_tasks',
  'handlers',
  'serial',
  'max_fail_percentage',
  'strategy',
  'order',
  'force_handlers',
] as const;

/** True for a key that only plays have. */
export function isPlayKey(name: string): boolean {
  return playKeys.some((key) => key === name);
}
