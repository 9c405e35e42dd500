import type { Facts } from '../host-reads.ts';
import { type Sections, valueLines } from './facts-sections.ts';

/** Kernel, distribution, names, service and package managers, virtualization, firmware. */
export function systemFacts(sections: Sections): Facts {
  const lines = valueLines(sections.get('lines'));
  const machine = lines.get('machine') ?? '';
  const nodename = lines.get('nodename') ?? '';
  const fqdn = lines.get('fqdn') || nodename;
  return {
    system: lines.get('system') ?? '',
    kernel: lines.get('kernel') ?? '',
    kernel_version: lines.get('kernel_version') ?? '',
    ...{ machine, architecture: machine },
    userspace_bits: lines.get('long_bit') ?? '',
    userspace_architecture: machine,
    ...{ nodename, fqdn },
    hostname: nodename.split('.')[0] ?? '',
    domain: fqdn.includes('.') ? fqdn.slice(fqdn.indexOf('.') + 1) : '',
    ...distributionFacts(sections, lines),
    service_mgr: lines.get('service') || lines.get('init') || 'unknown',
    pkg_mgr: packageManager(lines.get('package')),
    ...virtualizationFacts(lines.get('virt') ?? ''),
    uptime_seconds: Math.floor(Number((lines.get('uptime') ?? '0').split(' ')[0])),
    loadavg: loadFacts(lines.get('loadavg') ?? ''),
    cmdline: commandLineFacts(lines.get('cmdline') ?? ''),
    machine_id: lines.get('machine_id') ?? '',
    fips: lines.get('fips') === '1',
    ...firmwareFacts(lines),
  };
}

type Lines = ReadonlyMap<string, string>;

/** os-release(5) ID → Ansible's name of the distribution and its family. */
const distributions: Readonly<Record<string, readonly [string, string]>> = {
  debian: ['Debian', 'Debian'],
  ubuntu: ['Ubuntu', 'Debian'],
  raspbian: ['Debian', 'Debian'],
  linuxmint: ['Linux Mint', 'Debian'],
  kali: ['Kali', 'Debian'],
  rhel: ['RedHat', 'RedHat'],
  centos: ['CentOS', 'RedHat'],
  fedora: ['Fedora', 'RedHat'],
  rocky: ['Rocky', 'RedHat'],
  almalinux: ['AlmaLinux', 'RedHat'],
  ol: ['OracleLinux', 'RedHat'],
  amzn: ['Amazon', 'RedHat'],
  openEuler: ['openEuler', 'RedHat'],
  anolis: ['Anolis', 'RedHat'],
  alpine: ['Alpine', 'Alpine'],
  arch: ['Archlinux', 'Archlinux'],
  'opensuse-leap': ['openSUSE Leap', 'Suse'],
  'opensuse-tumbleweed': ['openSUSE Tumbleweed', 'Suse'],
  sles: ['SLES', 'Suse'],
  gentoo: ['Gentoo', 'Gentoo'],
};

function distributionFacts(sections: Sections, lines: Lines): Facts {
  const release = valueLines(sections.get('os-release'));
  const id = release.get('ID') ?? 'unknown';
  const [name, family] = distributions[id] ?? [
    release.get('NAME') ?? 'Linux',
    familyLike(release.get('ID_LIKE')),
  ];
  const version = distributionVersion(id, release.get('VERSION_ID') ?? 'NA', lines);
  const [major = version, minor] = version.split('.');
  const codename =
    release.get('VERSION_CODENAME') ?? /\(([^)]+)\)/.exec(release.get('PRETTY_NAME') ?? '')?.[1] ?? 'NA';
  return {
    ...{ distribution: name, os_family: family, distribution_version: version },
    ...{ distribution_major_version: major, distribution_release: codename },
    distribution_minor_version: minor ?? 'NA',
    lsb: {
      id: name,
      codename,
      description: release.get('PRETTY_NAME') ?? '',
      release: release.get('VERSION_ID') ?? '',
      major_release: major,
    },
  };
}

/** Debian and CentOS leave the point release out of os-release. */
function distributionVersion(id: string, versionId: string, lines: Lines): string {
  if (id === 'debian' && /^\d+(\.\d+)+$/.test(lines.get('debian_version') ?? '')) {
    return lines.get('debian_version') ?? versionId;
  }
  if (id === 'centos') return /(\d+(\.\d+)?)/.exec(lines.get('redhat_release') ?? '')?.[1] ?? versionId;
  return id === 'alpine' ? lines.get('alpine_release') || versionId : versionId;
}

function familyLike(like: string | undefined): string {
  for (const id of (like ?? '').split(' ')) {
    const known = distributions[id];
    if (known) return known[1];
  }
  return 'Linux';
}

/** The program found → Ansible's name of the package manager. */
function packageManager(program: string | undefined): string {
  const names: Readonly<Record<string, string>> = { 'apt-get': 'apt', emerge: 'portage' };
  return program === undefined ? 'unknown' : (names[program] ?? program);
}

/** systemd-detect-virt(1) → Ansible's names. */
const hypervisors: Readonly<Record<string, string>> = {
  qemu: 'kvm',
  amazon: 'kvm',
  google: 'kvm',
  oracle: 'virtualbox',
  vmware: 'VMware',
  microsoft: 'VirtualPC',
  'lxc-libvirt': 'lxc',
};

function virtualizationFacts(kind: string): Facts {
  const isNone = kind === '' || kind === 'none';
  return {
    virtualization_type: isNone ? 'NA' : (hypervisors[kind] ?? kind),
    virtualization_role: isNone ? 'NA' : 'guest',
  };
}

function loadFacts(text: string): Facts {
  const [one, five, fifteen] = text.split(' ').map(Number);
  return { '1m': one ?? 0, '5m': five ?? 0, '15m': fifteen ?? 0 };
}

function commandLineFacts(text: string): Facts {
  const words = text.split(' ').filter((word) => word !== '');
  return Object.fromEntries(
    words.map((word) => {
      const at = word.indexOf('=');
      return at < 0 ? [word, true] : [word.slice(0, at), word.slice(at + 1)];
    }),
  );
}

function firmwareFacts(lines: Lines): Facts {
  const value = (name: string) => lines.get(name) || 'NA';
  return {
    product_name: value('product_name'),
    product_version: value('product_version'),
    product_serial: value('product_serial'),
    product_uuid: value('product_uuid'),
    system_vendor: value('sys_vendor'),
    bios_vendor: value('bios_vendor'),
    bios_version: value('bios_version'),
    bios_date: value('bios_date'),
    board_name: value('board_name'),
    board_vendor: value('board_vendor'),
    chassis_vendor: value('chassis_vendor'),
  };
}
