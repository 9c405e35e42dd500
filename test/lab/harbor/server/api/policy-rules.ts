// What Harbor checks in a policy before it looks at anything else.

import type { Filter, Trigger } from '../replication.ts';

export interface PolicyBody {
  readonly name: string;
  readonly description: string;
  readonly projects: readonly { readonly project_id?: number }[] | null;
  readonly targets: readonly { readonly id?: number }[] | null;
  readonly trigger: Trigger | null;
  readonly filters: readonly Filter[] | null;
  readonly replicate_deletion: boolean;
  readonly replicate_existing_image_now: boolean;
}

export const POLICY_KINDS = {
  name: 'string',
  description: 'string',
  projects: 'array',
  targets: 'array',
  trigger: 'object',
  filters: 'array',
  replicate_deletion: 'boolean',
  replicate_existing_image_now: 'boolean',
} as const;

const SECONDS_OF_DAY = 86_400;

/** The faults, each as `field text`. A missing trigger is none: that is found too late. */
export function validatePolicy(body: Partial<PolicyBody>): string[] {
  const { name = '', projects, targets, filters, trigger } = body;
  return [
    ...(name === '' ? ['name can not be empty'] : []),
    ...(name.length > 256 ? ['name max length is 256'] : []),
    ...((projects ?? []).length === 0 ? ['projects can not be empty'] : []),
    ...((targets ?? []).length === 0 ? ['targets can not be empty'] : []),
    ...(filters ?? []).flatMap(filterFaults),
    ...(trigger ? triggerFaults(trigger) : []),
  ];
}

function filterFaults({ kind = '', pattern = '' }: Partial<Filter>): string[] {
  return [
    ...(['project', 'repository', 'tag'].includes(kind) ? [] : [`kind invalid filter kind: ${kind}`]),
    ...(pattern === '' ? ['pattern filter pattern can not be empty'] : []),
  ];
}

function triggerFaults({ kind, schedule_param: when }: Partial<Trigger>): string[] {
  if (kind !== 'Immediate' && kind !== 'Scheduled' && kind !== 'Manual')
    return [`kind invalid trigger kind: ${kind ?? ''}`];
  if (kind !== 'Scheduled') return [];
  if (!when) return ['schedule_param empty schedule_param'];
  const { type, weekday = 0, offtime = 0 } = when;
  if (type !== 'Daily' && type !== 'Weekly')
    return [`type invalid schedule trigger parameter type: ${String(type ?? '')}`];
  if (type === 'Weekly' && (weekday < 1 || weekday > 7))
    return [`weekday invalid schedule trigger parameter weekday: ${weekday}`];
  if (offtime < 0 || offtime > SECONDS_OF_DAY)
    return [`offtime invalid schedule trigger parameter offtime: ${offtime}`];
  return [];
}
