/** The two machines. Their addresses exist only inside the test's own network namespace. */

export interface VmHost {
  readonly name: 'server' | 'client';
  readonly address: string;
  /** Length of the network prefix in bits. */
  readonly prefix: number;
  readonly mac: string;
  /** The end of its cable in the namespace. */
  readonly tap: string;
  /** systemd units this machine has no use for. */
  readonly masked: readonly string[];
}

export const server: VmHost = {
  name: 'server',
  address: '192.168.197.11',
  prefix: 24,
  mac: '52:54:00:00:c5:11',
  tap: 'tap-server',
  masked: [],
};

export const client: VmHost = {
  name: 'client',
  address: '192.168.197.12',
  prefix: 24,
  mac: '52:54:00:00:c5:12',
  tap: 'tap-client',
  masked: ['nfs-server.service', 'nfs-mountd.service', 'nfs-idmapd.service', 'nfsdcld.service'],
};

/** The bridge's own address, from which the control node comes. */
export const controlAddress = '192.168.197.1/24';
