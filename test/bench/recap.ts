/** What a run says at its end about each host; Mooring writes it as Ansible does. */
export interface HostRecap {
  readonly ok: number;
  readonly changed: number;
  readonly unreachable: number;
  readonly failed: number;
}

const line = /^(\S+)\s*:\s+ok=(\d+)\s+changed=(\d+)\s+unreachable=(\d+)\s+failed=(\d+)/gm;

function parseRecap(text: string): ReadonlyMap<string, HostRecap> {
  const hosts = new Map<string, HostRecap>();
  for (const [, host = '', ok, changed, unreachable, failed] of text.matchAll(line)) {
    hosts.set(host, {
      ok: Number(ok),
      changed: Number(changed),
      unreachable: Number(unreachable),
      failed: Number(failed),
    });
  }
  return hosts;
}

export interface Expected {
  readonly hosts: number;
  readonly tasks: number;
  readonly changed: number;
}

/** Why a run did not do what it was measured for; undefined where it did. */
export function recapProblem(text: string, expected: Expected): string | undefined {
  const recap = parseRecap(text);
  if (recap.size !== expected.hosts) return `the recap has ${recap.size} hosts, not ${expected.hosts}`;
  for (const [host, { ok, changed, unreachable, failed }] of recap) {
    if (unreachable + failed > 0) return `${host}: unreachable=${unreachable} failed=${failed}`;
    if (ok !== expected.tasks || changed !== expected.changed) {
      return `${host}: ok=${ok} changed=${changed}, not ok=${expected.tasks} changed=${expected.changed}`;
    }
  }
  return undefined;
}
