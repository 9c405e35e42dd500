import type { Facts } from '../host-reads.ts';
import { type Sections, valueLines } from './facts-sections.ts';

/** The user the facts were gathered as. */
export function accountFacts(sections: Sections): Facts {
  const [uid = '0', gid = '0', name = '', realUid = uid, realGid = gid, entry = ''] = (
    sections.get('account') ?? ''
  ).split('\n');
  const [, , , , comment = '', home = '', shell = ''] = entry.split(':');
  return {
    ...{ user_id: name, user_uid: Number(uid), user_gid: Number(gid) },
    ...{ user_gecos: comment, user_dir: home, user_shell: shell },
    real_user_id: Number(realUid),
    effective_user_id: Number(uid),
    real_group_id: Number(realGid),
    effective_group_id: Number(gid),
  };
}

/** The few variables of the environment that playbooks ask for. */
export function environmentFacts(sections: Sections): Facts {
  return { env: Object.fromEntries(valueLines(sections.get('environment'))) };
}

export function dateFacts(sections: Sections): Facts {
  const [epoch = '0', year = '', month = '', day = '', hour = '', minute = '', second = '', ...rest] = (
    sections.get('date') ?? ''
  ).split('|');
  const [weekday = '', weekdayNumber = '', weekNumber = '', zone = '', offset = ''] = rest;
  const utc = new Date(Number(epoch) * 1000).toISOString();
  const basic = `${year}${month}${day}T${hour}${minute}${second}`;
  return {
    date_time: {
      ...{ year, month, day, hour, minute, second, weekday },
      ...{ weekday_number: weekdayNumber, weeknumber: weekNumber },
      ...{ epoch, epoch_int: epoch, tz: zone, tz_dst: zone, tz_offset: offset },
      ...{ date: `${year}-${month}-${day}`, time: `${hour}:${minute}:${second}` },
      ...{ iso8601: utc.replace('.000Z', 'Z'), iso8601_micro: utc.replace('.000Z', '.000000Z') },
      ...{ iso8601_basic: `${basic}000000`, iso8601_basic_short: basic },
    },
  };
}

/** resolv.conf(5) */
export function dnsFacts(sections: Sections): Facts {
  const words = (sections.get('resolv') ?? '').split('\n').map((line) => line.trim().split(/\s+/));
  const of = (keyword: string) =>
    words.filter(([first]) => first === keyword).flatMap((line) => line.slice(1));
  return {
    dns: {
      nameservers: of('nameserver'),
      search: of('search'),
      domain: of('domain')[0] ?? '',
      options: of('options'),
    },
  };
}

export function securityFacts(sections: Sections): Facts {
  const lines = valueLines(sections.get('lines'));
  const config = valueLines(sections.get('selinux-config'));
  const enforce = lines.get('selinux_enforce') ?? '';
  const selinux: Facts =
    enforce === ''
      ? { status: 'disabled' }
      : {
          status: 'enabled',
          mode: enforce === '1' ? 'enforcing' : 'permissive',
          config_mode: config.get('SELINUX') ?? 'unknown',
          type: config.get('SELINUXTYPE') ?? 'unknown',
          policyvers: lines.get('selinux_policyvers') ?? 'unknown',
        };
  return { selinux, apparmor: { status: lines.get('apparmor') === 'Y' ? 'enabled' : 'disabled' } };
}

/** Public host keys, without type and comment, as Ansible has them. */
export function sshKeyFacts(sections: Sections): Facts {
  const facts: Record<string, string> = {};
  for (const line of (sections.get('ssh-keys') ?? '').split('\n')) {
    const [type = '', key = ''] = line.split(' ');
    const algorithm = /^(?:ssh|ecdsa)-(rsa|sha2|ed25519)/.exec(type)?.[1];
    if (algorithm === undefined) continue;
    const name = algorithm === 'sha2' ? 'ecdsa' : algorithm;
    facts[`ssh_host_key_${name}_public`] = key;
    facts[`ssh_host_key_${name}_public_keytype`] = type;
  }
  return facts;
}
