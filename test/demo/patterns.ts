/** The two patterns the demo can show. */
export interface Pattern {
  /** Site of the lab. */
  readonly site: 'lab' | 'dual-master';
  readonly inventory: string;
  readonly playbook: string;
  readonly verification: string;
  /** What `--help` says. */
  readonly summary: string;
  /** What has been shown, once all of it went well. */
  readonly done: string;
  /** Commands to go on with. */
  readonly next: string;
}

export const patterns: Readonly<Record<string, Pattern>> = {
  'shared-storage': {
    site: 'lab',
    inventory: 'inventories/lab',
    playbook: 'playbooks/shared-storage.yml',
    verification: 'playbooks/verify-shared-storage.yml',
    summary: 'two Harbors over one NFS share, one database and one Redis (default)',
    done: `Two Harbors (192.168.198.133, .135) serve as one under the name harbor.lab.test: one NFS share, one database and
one Redis on 192.168.198.136; the database and the images of an older Harbor were imported. A second run
changed nothing, and an image pushed through one node was pulled through the other.`,
    next: `  npx mooring run playbooks/shared-storage.yml -i inventories/lab --check --diff    nothing to change
  npm run lab -- exec storage1 sudo docker stop redis-server                        break something …
  npx mooring run playbooks/shared-storage.yml -i inventories/lab                   … and mend it
  npm run lab -- cut harbor1 ; npm run lab -- boot harbor1                          a power cut
  npx mooring inventory -i inventories/lab --graph ; npx mooring doc --list
  npm run lab -- down                                                               remove the lab`,
  },
  'dual-master': {
    site: 'dual-master',
    inventory: 'inventories/lab-dual-master',
    playbook: 'playbooks/dual-master.yml',
    verification: 'playbooks/verify-dual-master.yml',
    summary: 'two complete Harbors that replicate to each other',
    done: `Two Harbors (10.0.0.101, .102), each with its own database, Redis and storage, replicate project "example" to each
other. A second run changed nothing. An image pushed to either was on the other with the same digest, and what was
deleted on one was gone from the other and stayed away; how long each took stands above, under "Measured".`,
    next: `  npx mooring run playbooks/dual-master.yml -i inventories/lab-dual-master --check --diff    nothing to change
  npm run lab -- --site dual-master cut harbor2                                               an outage …
  npm run lab -- --site dual-master ssh harbor1                                               … with a sudo docker push …
  npm run lab -- --site dual-master boot harbor2
  npx mooring run playbooks/reconcile.yml -i inventories/lab-dual-master                      … and both equal again
  npm run lab -- --site dual-master down                                                      remove the lab`,
  },
};
