import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { groupsLeft } from '../lab/cgroups.ts';
import { knownHostsFile } from '../lab/keys.ts';
import { boot, cut, down, exec, isUp, link, reset, up } from '../lab/lab.ts';
import { inNetwork } from '../lab/network.ts';
import { run, tryRun } from '../lab/process.ts';
import { hostNamed, siteNamed } from '../lab/site.ts';
import { sshArgv } from '../lab/ssh.ts';

const options = { site: 'trial', assumeYes: true };
const site = siteNamed('trial');
const one = hostNamed(site, 'one');
const two = hostNamed(site, 'two');

/** Runs a shell text as root in a host and wants it to succeed. */
async function inHost(name: string, script: string): Promise<string> {
  const result = await exec(name, ['sh', '-euc', script], options);
  expect(result, `${name}: ${script}`).toMatchObject({ code: 0 });
  return result.stdout.trim();
}

/** Tries a shell text in a host until it succeeds, for at most 20 seconds. */
async function eventually(name: string, script: string): Promise<void> {
  await expect
    .poll(async () => (await exec(name, ['sh', '-euc', script], options)).code, { timeout: 20_000 })
    .toBe(0);
}

async function machineState(): Promise<Record<string, string>> {
  return {
    addresses: await run(['ip', '-o', 'address']),
    routes: await run(['ip', 'route']),
    rules: (await tryRun(['nft', 'list', 'ruleset'])).stdout,
    forwarding: readFileSync('/proc/sys/net/ipv4/ip_forward', 'utf8'),
  };
}

describe('the lab', () => {
  let before: Record<string, string>;

  beforeAll(async () => {
    await down(options);
    before = await machineState();
    await up(options);
  });
  afterAll(() => down(options));

  test('lets its user in by ssh with checked host keys, and to root by sudo', async () => {
    expect((await run(sshArgv(site, one, 'hostname; sudo id -u'))).split('\n')).toEqual(['one', '0', '']);
  });

  test('is refused when a host shows another key than the known one', async () => {
    const known = readFileSync(knownHostsFile(site), 'utf8');
    const others = `${knownHostsFile(site)}.other`;
    // The key of host one under the address of host two.
    writeFileSync(others, `${two.address}${known.slice(known.indexOf(' '), known.indexOf('\n'))}\n`);
    const argv = sshArgv(site, two, 'true').map((word) => word.replace(knownHostsFile(site), others));
    const refused = await tryRun(argv);
    expect(refused.code).toBe(255);
    expect(refused.stderr).toContain('Host key verification failed');
  });

  test('leaves the network of the machine as it was', async () => {
    expect(await machineState()).toEqual(before);
  });

  test('reaches the package mirror, and no private network around', async () => {
    await inHost('one', 'apt-get -q update');
    const refused = await exec(
      'one',
      ['timeout', '5', 'bash', '-c', 'exec 3<>/dev/tcp/10.1.2.3/80'],
      options,
    );
    expect(refused.stderr).toMatch(/Permission denied|No route|prohibited/i);
  });

  test('runs the preloaded images', async () => {
    await inHost('one', 'docker run -d --name redis --network host redis:3');
    await eventually('one', 'docker exec redis redis-cli ping | grep -q PONG');
    await inHost(
      'one',
      `printf 'p"q'"'"'\\\\r' >/root/password
       docker run -d --name mysql --network host -v /root/password:/password:ro -e MYSQL_ROOT_PASSWORD_FILE=/password \
         -e MYSQL_DATABASE=registry mysql:5.7 --character-set-server=utf8`,
    );
    const sql =
      'SELECT @@character_set_server, SCHEMA_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = "registry"';
    await eventually(
      'one',
      `docker exec -e MYSQL_PWD="$(cat /root/password)" mysql mysql -h127.0.0.1 -uroot -e '${sql}'`,
    );
    const row = `docker exec -e MYSQL_PWD="$(cat /root/password)" mysql mysql -h127.0.0.1 -uroot -Ne '${sql}'`;
    expect(await inHost('one', row)).toMatch(/^utf8(mb3)?\tregistry$/);
    await inHost('one', 'docker rm -f redis mysql');
  });

  test('shares files over NFS as /etc/exports says', { timeout: 120_000 }, async () => {
    await inHost(
      'one',
      'DEBIAN_FRONTEND=noninteractive apt-get -q install -y nfs-kernel-server; chown 10000 /data',
    );
    await inHost('two', 'DEBIAN_FRONTEND=noninteractive apt-get -q install -y nfs-common; mkdir -p /share');
    const mount = ['mount', '-t', 'nfs', '-o', 'retry=0', `${one.address}:/data`, '/share'];
    expect((await exec('two', mount, options)).code).not.toBe(0);
    await inHost(
      'one',
      `echo '/data ${two.address}(rw,no_root_squash,no_subtree_check)' >/etc/exports; exportfs -ra`,
    );
    expect(await inHost('one', 'exportfs -v')).toMatch(/^\/data\s+192\.168\.199\.12\(.*no_root_squash/);
    expect((await exec('two', mount, options)).code).toBe(0);
    expect(await inHost('two', 'findmnt -no SOURCE,FSTYPE /share')).toMatch(
      /^192\.168\.199\.11:\/data +(fuse\.)?nfs/,
    );
    await inHost('two', 'echo there >/share/a; chown 10000:10001 /share/a; ln /share/a /share/b');
    expect(await inHost('one', 'stat -c "%u %g %h" /data/b; cat /data/b')).toBe('10000 10001 2\nthere');
    await inHost('two', 'docker run --rm -u 10000 -v /share:/s redis:3 sh -c "id -u >/s/c"');
    expect(await inHost('one', 'stat -c %u /data/c; cat /data/c')).toBe('10000\n10000');
  });

  test('squashes root where the export says so', async () => {
    await inHost('one', `echo '/data ${two.address}(rw,no_subtree_check)' >/etc/exports; exportfs -ra`);
    expect((await exec('two', ['touch', '/share/squashed'], options)).code).not.toBe(0);
    await inHost(
      'one',
      `echo '/data ${two.address}(rw,no_root_squash,no_subtree_check)' >/etc/exports; exportfs -ra`,
    );
    await inHost('two', 'touch /share/allowed');
  });

  test('holds a write while the cable is out, and lets it through afterwards', {
    timeout: 60_000,
  }, async () => {
    await link('two', 'down', options);
    const write = exec('two', ['sh', '-c', 'echo late >/share/late'], options);
    const early = await Promise.race([
      write,
      new Promise((resolve) => setTimeout(resolve, 3_000, 'waiting')),
    ]);
    expect(early).toBe('waiting');
    await link('two', 'up', options);
    expect((await write).code).toBe(0);
    expect(await inHost('one', 'cat /data/late')).toBe('late');
  });

  test('brings a host back after a power cut, with its disks', { timeout: 90_000 }, async () => {
    await inHost('one', 'echo kept >/root/kept; sync');
    await cut('one', options);
    expect((await tryRun(sshArgv(site, one, 'true'))).code).toBe(255);
    await boot('one', options);
    expect(await inHost('one', 'cat /root/kept; systemctl is-active nfs-server')).toBe('kept\nactive');
    await eventually('two', 'grep -q late /share/late');
  });

  test('gives fresh hosts on reset', { timeout: 120_000 }, async () => {
    await reset(options);
    expect(await inHost('one', 'ls /root /data; ! test -e /usr/sbin/exportfs')).toBe('/data:\n\n/root:');
    expect(await inHost('one', 'docker ps -aq')).toBe('');
  });

  test('leaves nothing behind when it goes down', async () => {
    await down(options);
    expect(isUp(options)).toBe(false);
    expect(existsSync('/run/netns/mooring-lab-trial')).toBe(false);
    expect(readFileSync('/proc/mounts', 'utf8')).not.toContain('trial');
    expect(
      groupsLeft()
        .flatMap((group) => readdirSync(group))
        .filter((name) => name.startsWith('trial-')),
    ).toEqual([]);
    expect((await tryRun(inNetwork(site, 'true'))).code).not.toBe(0);
    expect((await tryRun(['pgrep', '-f', 'mooring-lab-trial'])).stdout).toBe('');
    expect(await machineState()).toEqual(before);
    expect((await tryRun(sshArgv(site, one, 'true'))).stderr).toContain(
      'the lab is not up; npm run lab -- --site trial up',
    );
  });
});
