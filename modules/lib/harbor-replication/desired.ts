import type { Endpoint, EndpointSettings, RuleSettings, Trigger } from '../harbor/model.ts';
import { plainDescription } from './mark.ts';
import type { ReplicationParams } from './params.ts';

/** The endpoint as it must be; what the params leave open stays as it is. */
export function desiredEndpoint(
  { remote }: ReplicationParams,
  current: Endpoint | undefined,
): EndpointSettings {
  const ca = remote?.ca ?? current?.ca;
  return {
    name: remote?.name ?? '',
    url: (remote?.url ?? current?.url ?? '').replace(/\/+$/, ''),
    username: remote?.username ?? current?.username ?? '',
    insecure: remote?.insecure ?? false,
    ...(ca === undefined || ca === '' ? {} : { ca }),
  };
}

/** The rule as it must be; what the params leave open stays as it is. */
export function desiredRule(params: ReplicationParams, current: RuleSettings | undefined): RuleSettings {
  const { name: repository, tag, label } = params.filters;
  const labels = [...new Set(label ?? [])];
  return {
    name: params.name,
    description: params.description ?? plainDescription(current?.description ?? ''),
    enabled: params.enabled,
    direction: params.direction,
    projects: [...new Set(params.projects)],
    ...(repository === undefined ? {} : { repository }),
    ...(tag === undefined ? {} : { tag }),
    ...(labels.length === 0 ? {} : { labels }),
    trigger: triggerOf(params),
    replicateDeletion: params.replicate_deletion,
    override: params.override,
    speed: params.speed ?? current?.speed ?? 0,
  };
}

function triggerOf({ trigger, cron }: ReplicationParams): Trigger {
  if (trigger !== 'scheduled') return { kind: trigger };
  return { kind: 'scheduled', cron: cron ?? '' };
}
