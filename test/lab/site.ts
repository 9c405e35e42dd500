/** The sites the lab can build: names, addresses and disks. A further site is one more entry. */

export interface LabHost {
  /** Host name, unique within the site. */
  readonly name: string;
  readonly address: string;
  /** Folders that are a disk of their own (NFS cannot export the root, which is an overlay). */
  readonly disks: readonly string[];
}

export interface Site {
  readonly name: string;
  /** The bridge's address, the hosts' gateway. */
  readonly gateway: string;
  /** Length of the network prefix in bits. */
  readonly prefix: number;
  readonly hosts: readonly LabHost[];
}

const sites: readonly Site[] = [
  {
    name: 'lab',
    gateway: '192.168.198.1',
    prefix: 24,
    hosts: [
      { name: 'harbor1', address: '192.168.198.133', disks: [] },
      { name: 'harbor2', address: '192.168.198.135', disks: [] },
      { name: 'storage1', address: '192.168.198.136', disks: ['/data'] },
    ],
  },
  {
    name: 'dual-master',
    gateway: '10.0.0.1',
    prefix: 24,
    hosts: [
      { name: 'harbor1', address: '10.0.0.101', disks: [] },
      { name: 'harbor2', address: '10.0.0.102', disks: [] },
    ],
  },
  {
    // For the lab's own test, so that it never touches a lab somebody works with.
    name: 'trial',
    gateway: '192.168.199.1',
    prefix: 24,
    hosts: [
      { name: 'one', address: '192.168.199.11', disks: ['/data'] },
      { name: 'two', address: '192.168.199.12', disks: [] },
    ],
  },
];

/**
 * Looks a site up.
 * @throws Error listing the sites when there is none of that name.
 */
export function siteNamed(name: string): Site {
  const site = sites.find((candidate) => candidate.name === name);
  if (site) return site;
  throw new Error(`no site "${name}" in the lab; there are: ${sites.map((each) => each.name).join(', ')}`);
}

/**
 * Finds a host of a site by name or address.
 * @throws Error listing the hosts when there is none.
 */
export function hostNamed(site: Site, nameOrAddress: string): LabHost {
  const host = site.hosts.find((each) => each.name === nameOrAddress || each.address === nameOrAddress);
  if (host) return host;
  throw new Error(
    `no host "${nameOrAddress}" in site ${site.name}; there are: ${site.hosts.map((each) => each.name).join(', ')}`,
  );
}
