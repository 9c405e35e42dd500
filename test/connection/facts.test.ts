import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { afterAll, describe, expect, it } from 'vitest';
import { createReads } from '../../src/connection/create-reads.ts';
import { gatherFacts } from '../../src/connection/reads/facts.ts';
import { networkFacts } from '../../src/connection/reads/facts-network.ts';
import { parseSections } from '../../src/connection/reads/facts-sections.ts';
import { systemFacts } from '../../src/connection/reads/facts-system.ts';
import { completed } from '../support/fake-connection.ts';
import { connectionWith, shells } from './shells.ts';

const documented = new Set(
  readFileSync(new URL('../../docs/facts.md', import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .flatMap((line) => [...(line.split('|')[1] ?? '').matchAll(/`([a-z0-9_]+)`/g)].map(([, name]) => name)),
);

describe.each(shells)('facts gathered on %s', (shell) => {
  const connection = connectionWith(shell);
  const reads = createReads(connection);
  afterAll(() => connection.close());

  it('are those of docs/facts.md, interfaces aside', async () => {
    const facts = await reads.facts();
    const { interfaces } = facts;
    const devices = Array.isArray(interfaces)
      ? interfaces.map((name) => String(name).replaceAll(/[-.:]/g, '_'))
      : [];
    const names = Object.keys(facts).filter((name) => !devices.includes(name) && !name.endsWith('_keytype'));
    expect(names.filter((name) => !documented.has(name))).toEqual([]);
    const optional = /^ssh_host_key_|^eth0$/;
    expect([...documented].filter((name) => name && !optional.test(name) && !(name in facts))).toEqual([]);
  });

  it('are true of this machine', async () => {
    const facts = await reads.facts();
    expect(facts).toMatchObject({
      ...{
        system: 'Linux',
        hostname: hostname().split('.')[0],
        user_id: 'root',
        user_uid: 0,
        user_dir: '/root',
      },
      ...{
        distribution: 'Debian',
        os_family: 'Debian',
        pkg_mgr: 'apt',
        user_shell: expect.stringMatching(/^\//),
      },
      lo: { ipv4: { address: '127.0.0.1', netmask: '255.0.0.0', network: '127.0.0.0', prefix: '8' } },
      mounts: rootIsOnDevice()
        ? expect.arrayContaining([expect.objectContaining({ mount: '/', size_total: expect.any(Number) })])
        : expect.any(Array),
    });
    expect(Number(facts['memtotal_mb'])).toBeGreaterThan(100);
    expect(Number(facts['processor_vcpus'])).toBeGreaterThan(0);
    expect(facts['distribution_version']).toMatch(/^\d+(\.\d+)?$/);
  });

  it('are gathered anew at each call, but once for those who ask together', async () => {
    const before = connection.counters.requests;
    const [one, other] = await Promise.all([reads.facts(), reads.facts()]);
    const each = connection.counters.requests - before;
    expect(one).toBe(other);
    expect(each).toBeGreaterThan(0);
    await reads.facts();
    expect(connection.counters.requests - before).toBe(2 * each);
  });
});

// In a container "/" is an overlay, and facts list file systems of devices only, as Ansible does.
function rootIsOnDevice() {
  return readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .some((line) => /^\/\S* \/ /.test(line));
}

function sections(parts: Readonly<Record<string, string>>) {
  return parseSections(
    Object.entries(parts)
      .map(([name, text]) => `\x1e${name}\n${text}\n`)
      .join(''),
  );
}

describe('systemFacts', () => {
  it.each<[string, string, string, object]>([
    [
      'Debian',
      'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"',
      'debian_version=12.11',
      {
        distribution: 'Debian',
        distribution_version: '12.11',
        distribution_major_version: '12',
        distribution_release: 'bookworm',
      },
    ],
    ['Debian testing', 'ID=debian', 'debian_version=trixie/sid', { distribution_version: 'NA' }],
    [
      'Ubuntu',
      'ID=ubuntu\nID_LIKE=debian\nVERSION_ID="22.04"\nVERSION_CODENAME=jammy',
      'debian_version=bookworm/sid',
      {
        distribution: 'Ubuntu',
        os_family: 'Debian',
        distribution_version: '22.04',
        distribution_minor_version: '04',
      },
    ],
    [
      'Rocky',
      'ID="rocky"\nID_LIKE="rhel centos fedora"\nVERSION_ID="9.3"\nPRETTY_NAME="Rocky Linux 9.3 (Blue Onyx)"',
      '',
      {
        distribution: 'Rocky',
        os_family: 'RedHat',
        distribution_major_version: '9',
        distribution_release: 'Blue Onyx',
      },
    ],
    [
      'CentOS 7',
      'ID="centos"\nVERSION_ID="7"',
      'redhat_release=CentOS Linux release 7.9.2009 (Core)',
      { distribution: 'CentOS', distribution_version: '7.9' },
    ],
    [
      'Alpine',
      'ID=alpine\nVERSION_ID=3.18.4',
      'alpine_release=3.18.4',
      { distribution: 'Alpine', os_family: 'Alpine' },
    ],
    [
      'one like Debian',
      'ID=new\nNAME="New OS"\nID_LIKE="ubuntu debian"',
      '',
      { distribution: 'New OS', os_family: 'Debian' },
    ],
  ])('knows %s', (_title, release, lines, expected) => {
    expect(systemFacts(sections({ 'os-release': release, lines }))).toMatchObject(expected);
  });

  it.each([
    ['none', 'NA', 'NA'],
    ['', 'NA', 'NA'],
    ['qemu', 'kvm', 'guest'],
    ['vmware', 'VMware', 'guest'],
    ['docker', 'docker', 'guest'],
  ])('calls %j virtualization %s', (virt, type, role) => {
    expect(systemFacts(sections({ lines: `virt=${virt}` }))).toMatchObject({
      ...{ virtualization_type: type, virtualization_role: role },
    });
  });
});

describe('networkFacts', () => {
  const links = [
    '1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN \\    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00',
    '2: eth0@if7: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1400 qdisc mq state UP \\    link/ether 02:fc:00:00:00:01 brd ff:ff:ff:ff:ff:ff link-netnsid 0',
    '3: br-lan.5: <BROADCAST,MULTICAST> mtu 1500 qdisc noop state DOWN \\    link/ether 8e:13:9d:54:a9:5f brd ff:ff:ff:ff:ff:ff',
    '4: wg0: <POINTOPOINT,NOARP,UP,LOWER_UP> mtu 1420 qdisc noqueue state UNKNOWN \\    link/none',
  ].join('\n');
  const addresses = [
    '1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever preferred_lft forever',
    '2: eth0    inet 192.0.2.2/23 brd 192.0.3.255 scope global eth0\\       valid_lft forever',
    '2: eth0    inet 192.0.2.9/32 scope global eth0\\       valid_lft forever',
    '2: eth0    inet6 fd00::2/64 scope global \\       valid_lft forever',
    '4: wg0    inet 10.0.0.1 peer 10.0.0.2/32 scope global wg0\\       valid_lft forever',
  ].join('\n');
  const route4 =
    'default via 10.9.9.9 dev wg0 metric 200 \ndefault via 192.0.2.1 dev eth0 proto dhcp src 192.0.2.9 metric 100';

  it('reads links, addresses and the best default route', () => {
    const facts = networkFacts(sections({ links, addresses, route4 }));
    expect(facts).toMatchObject({
      interfaces: ['lo', 'eth0', 'br-lan.5', 'wg0'],
      eth0: {
        ...{ active: true, type: 'ether', mtu: 1400, macaddress: '02:fc:00:00:00:01' },
        ipv4: {
          address: '192.0.2.2',
          netmask: '255.255.254.0',
          network: '192.0.2.0',
          broadcast: '192.0.3.255',
        },
        ipv4_secondaries: [{ address: '192.0.2.9', prefix: '32' }],
        ipv6: [{ address: 'fd00::2', prefix: '64', scope: 'global' }],
      },
      br_lan_5: { device: 'br-lan.5', active: false },
      wg0: { ipv4: { address: '10.0.0.1', prefix: '32' } },
      all_ipv4_addresses: ['192.0.2.2', '192.0.2.9', '10.0.0.1'],
      default_ipv4: { address: '192.0.2.9', interface: 'eth0', gateway: '192.0.2.1' },
      default_ipv6: {},
    });
  });
});

describe('gatherFacts', () => {
  it('says where the script broke off', async () => {
    const run = async () => completed({ stdout: '\x1eos-release\nID=debian\n', stderr: 'sh: out of memory' });
    await expect(gatherFacts(run, 'web1')).rejects.toThrow(
      'web1: gathering facts stopped half-way: sh: out of memory',
    );
  });
});
