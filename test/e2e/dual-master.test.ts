import { beforeAll, describe, expect, test } from 'vitest';
import * as lab from '../lab/lab.ts';
import { publishSiteFiles } from '../lab/site-files.ts';
import { changes, mooringOn } from './mooring.ts';

// Runs on the lab as `npm run demo -- dual-master` leaves it, or brings it there itself.
const options = { site: 'dual-master', assumeYes: true } as const;
const playbook = 'playbooks/dual-master.yml';
const reconcile = 'playbooks/reconcile.yml';
const mooring = mooringOn('inventories/lab-dual-master');
const unchanged = { harbor1: 0, harbor2: 0 };
const addresses = { harbor1: '10.0.0.101', harbor2: '10.0.0.102' } as const;
type Host = keyof typeof addresses;

/** Runs a shell text as root in a host and wants it to succeed; $PASSWORD is the admin's. */
async function inHost(host: Host, script: string): Promise<string> {
  const password =
    "PASSWORD=$(sed -n 's/^harbor_admin_password *= *//p' /opt/mooring/harbor-1.5.4/harbor/harbor.cfg)";
  const result = await lab.exec(host, ['sh', '-euc', `${password}\n${script}`], options);
  expect(result, `${host}: ${script}`).toMatchObject({ code: 0 });
  return result.stdout.trim();
}

/** Sends a request to the API of a host's own Harbor. */
function api(host: Host, path: string, curlOptions = ''): Promise<string> {
  return inHost(
    host,
    `curl -sk -u "admin:$PASSWORD" ${curlOptions} 'https://${addresses[host]}/api/${path}'`,
  );
}

/** Makes a fresh image and pushes it with the host's own Docker to its own Harbor. */
function push(host: Host, image: string): Promise<string> {
  const name = `${addresses[host]}/example/${image}`;
  return inHost(
    host,
    `echo "$PASSWORD" | docker login -u admin --password-stdin ${addresses[host]} >/dev/null 2>&1
     cd "$(mktemp -d)"; head -c 10000 /dev/urandom >content; printf 'FROM scratch\\nCOPY content /\\n' >Dockerfile
     docker build -q -t ${name} . >/dev/null; docker push ${name} | grep -o 'sha256:[0-9a-f]*'; docker image rm ${name} >/dev/null`,
  );
}

/** Replaces a tag behind Harbor's back: it replicates nothing that skopeo pushes. */
function replaceBySkopeo(host: Host, image: string): Promise<string> {
  const name = `${addresses[host]}/example/${image}`;
  return inHost(
    host,
    `cd "$(mktemp -d)"; head -c 10000 /dev/urandom >content; printf 'FROM scratch\\nCOPY content /\\n' >Dockerfile
     docker build -q -t local/${image} . >/dev/null; docker save local/${image} -o image.tar; docker image rm local/${image} >/dev/null
     skopeo copy -q --dest-creds "admin:$PASSWORD" --format v2s2 docker-archive:image.tar docker://${name}`,
  );
}

/** Digest of a tag, by the API of a host's own Harbor; undefined where there is no such tag. */
async function digest(host: Host, image: string): Promise<string | undefined> {
  const [name, tag] = image.split(':');
  const tags = JSON.parse(await api(host, `repositories/example/${name}/tags`)) as
    | { name: string; digest: string }[]
    | null;
  return tags?.find((each) => each.name === tag)?.digest;
}

async function both(image: string): Promise<(string | undefined)[]> {
  return [await digest('harbor1', image), await digest('harbor2', image)];
}

function ruleCount(host: Host): Promise<number> {
  return api(host, 'policies/replication').then((text) => (JSON.parse(text) as unknown[]).length);
}

/** Removes a repository on both: the deletion of each tag goes to harbor2, and its echo back, before this ends. */
async function removeRepository(name: string, tags: number): Promise<void> {
  await api('harbor1', `repositories/example/${name}`, '-X DELETE -o /dev/null');
  const jobs = `jobs/replication?policy_id=1&repository=example/${name}`;
  // A wrong password locks admin for a moment, and a deletion that comes then is lost.
  const echoed = async (): Promise<string[]> =>
    (JSON.parse(await api('harbor2', jobs)) as { operation: string; status: string }[])
      .filter(({ operation }) => operation === 'delete')
      .map(({ status }) => status);
  await expect.poll(echoed, { timeout: 60_000 }).toEqual(Array(tags).fill('finished'));
}

beforeAll(async () => {
  await lab.up(options);
  await publishSiteFiles('dual-master');
  const run = await mooring(playbook);
  expect(run.code, run.output.slice(-4000)).toBe(0);
  const install = 'DEBIAN_FRONTEND=noninteractive apt-get -q install -y curl skopeo >/dev/null';
  await Promise.all([inHost('harbor1', install), inHost('harbor2', install)]);
});

describe('converged masters', () => {
  test('have nothing to change, and check mode knows it exactly', async () => {
    const run = await mooring(playbook, '--check', '--diff');
    expect(run.code, run.output.slice(-4000)).toBe(0);
    expect(changes(run)).toEqual(unchanged);
    expect(run.output).toMatch(/"exact":\d+,"unknown":0/);
  });

  test('get a rule back that somebody changed, and no second one', async () => {
    const [rule] = JSON.parse(await api('harbor2', 'policies/replication')) as [Record<string, unknown>];
    const body = JSON.stringify({ ...rule, replicate_deletion: false });
    await api(
      'harbor2',
      `policies/replication/${rule['id']}`,
      `-X PUT -H 'Content-Type: application/json' -d '${body}'`,
    );
    const run = await mooring(playbook);
    expect(run.code, run.output.slice(-4000)).toBe(0);
    expect(changes(run)).toEqual({ harbor1: 0, harbor2: 1 });
    const [after] = JSON.parse(await api('harbor2', 'policies/replication')) as [Record<string, unknown>];
    expect(after).toMatchObject({ id: rule['id'], replicate_deletion: true });
    expect(await ruleCount('harbor2')).toBe(1);
  });
});

describe('after an outage of one master during pushes', () => {
  test('reconcile brings what Harbor gave up on, both ways, and then has nothing to do', async () => {
    // A name of its own: Harbor keeps the jobs of earlier images.
    const name = `outage-${Date.now()}`;
    await lab.cut('harbor2', options);
    const pushed = [await push('harbor1', `${name}:one`), await push('harbor1', `${name}:two`)];
    await expect
      .poll(() => api('harbor1', `jobs/replication?policy_id=1&status=error&repository=example/${name}`), {
        timeout: 120_000,
        interval: 2000,
      })
      .toMatch(/"tags": *\[\s*"two"/);
    // Harbor tries for some minutes; what waits for that is lost here, as in a longer outage.
    await inHost('harbor1', 'docker exec redis redis-cli FLUSHALL');
    await lab.boot('harbor2', options);
    await expect
      .poll(() => api('harbor2', 'ping').catch(() => ''), { timeout: 180_000, interval: 2000 })
      .toContain('Pong');
    expect(await digest('harbor2', `${name}:one`)).toBeUndefined();

    const run = await mooring(reconcile);
    expect(run.code, run.output.slice(-4000)).toBe(0);
    expect(await both(`${name}:one`)).toEqual([pushed[0], pushed[0]]);
    expect(await both(`${name}:two`)).toEqual([pushed[1], pushed[1]]);
    const again = await mooring(reconcile);
    expect(again.code, again.output.slice(-4000)).toBe(0);
    expect(changes(again)).toEqual(unchanged);
    await removeRepository(name, 2);
  });
});

describe('one tag with another image on each master', () => {
  test('stops every playbook before anything is written, until somebody decides', async () => {
    // A name of its own: Harbor keeps the jobs of earlier images.
    const name = `conflict-${Date.now()}`;
    const image = `${name}:1`;
    const first = await push('harbor1', image);
    await expect.poll(() => digest('harbor2', image), { timeout: 60_000 }).toBe(first);
    // The echo back to harbor1 would take the other image along.
    await expect
      .poll(() => api('harbor2', `jobs/replication?policy_id=1&status=finished&repository=example/${name}`), {
        timeout: 60_000,
      })
      .toContain('"1"');
    await replaceBySkopeo('harbor2', image);
    const other = await digest('harbor2', image);
    expect(other).not.toBe(first);

    for (const each of [reconcile, playbook]) {
      const run = await mooring(each);
      expect(run.code, run.output.slice(-4000)).toBe(2);
      expect(run.output).toContain(`example/${image} is`);
      expect(changes(run)).toEqual(unchanged);
    }
    expect(await both(image)).toEqual([first, other]);

    const decided = await mooring(reconcile, '-e', 'conflict_winner=harbor2');
    expect(decided.code, decided.output.slice(-4000)).toBe(0);
    expect(await both(image)).toEqual([other, other]);
    await removeRepository(name, 1);
  });
});

describe('bad input', () => {
  test('a wrong password is tried once, named, and changes nothing', async () => {
    const run = await mooring(playbook, '-t', 'replication', '-e', 'harbor_admin_password=Wrong12345');
    expect(run.code, run.output.slice(-4000)).toBe(2);
    expect(run.output).toMatch(/refused|password/);
    expect(run.output).not.toContain('Wrong12345');
    expect(changes(run)).toEqual(unchanged);
    // The right one is let in at once: nobody is locked out.
    expect(await api('harbor1', 'users/current')).toContain('"username": "admin"');
  });

  test('a certificate that the other Harbor cannot trust is named before the rule is touched', async () => {
    const run = await mooring(playbook, '-t', 'rules', '-e', '{"replication_insecure": false}');
    expect(run.code, run.output.slice(-4000)).toBe(2);
    expect(run.output).toMatch(/certificate/);
    expect(changes(run)).toEqual(unchanged);
    const again = await mooring(playbook, '--diff');
    expect(changes(again), again.output.slice(-4000)).toEqual(unchanged);
  });

  test('a peer that is down leaves no half rule, and the next run completes it', async () => {
    const more = '{"dual_projects": [{"name": "example", "public": true}, {"name": "late"}]}';
    expect((await mooring(playbook, '-t', 'projects', '-e', more)).code).toBe(0);
    await lab.cut('harbor2', options);
    const down = await mooring(playbook, '-l', 'harbor1', '-t', 'rules', '-e', more);
    expect(down.code, down.output.slice(-4000)).toBe(2);
    expect(down.output).toContain('10.0.0.102');
    expect(await ruleCount('harbor1')).toBe(1);

    await lab.boot('harbor2', options);
    const run = await mooring(playbook, '-e', more);
    expect(run.code, run.output.slice(-4000)).toBe(0);
    expect([await ruleCount('harbor1'), await ruleCount('harbor2')]).toEqual([2, 2]);
    expect(changes(await mooring(playbook, '-e', more))).toEqual(unchanged);
  });
});

describe('one name for all masters', () => {
  const oneName = ['-e', 'harbor_hostname=reg.lab.test'];

  test('makes their keys the same, and they still replicate', async () => {
    const keys =
      'cd /opt/mooring/harbor-1.5.4/harbor/common/config; sha256sum ui/private_key.pem registry/root.crt /data/secretkey';
    expect(await inHost('harbor1', keys)).not.toBe(await inHost('harbor2', keys));
    const run = await mooring(playbook, ...oneName);
    expect(run.code, run.output.slice(-4000)).toBe(0);
    expect(await inHost('harbor1', keys)).toBe(await inHost('harbor2', keys));
    expect(changes(await mooring(playbook, ...oneName))).toEqual(unchanged);
    const verified = await mooring('playbooks/verify-dual-master.yml', ...oneName);
    expect(verified.code, verified.output.slice(-4000)).toBe(0);
  });
});
