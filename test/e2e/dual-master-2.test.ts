import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildHarbor2Image } from '../lab/harbor2/build.ts';
import * as lab from '../lab/lab.ts';
import { inCache } from '../lab/paths.ts';
import { publishSiteFiles } from '../lab/site-files.ts';
import { changes, mooringOn } from './mooring.ts';

// The same playbooks, unchanged, with Harbors 2.x that are there already. They stand where the Harbors 1.5 of the
// site `dual-master` were, with their certificates.
const options = { site: 'dual-master', assumeYes: true } as const;
const mooring = mooringOn('inventories/lab-dual-master');
const unchanged = { harbor1: 0, harbor2: 0 };
let folder: string;
/** What an operator's inventory would say. */
let existing: string;

const standIns = (archive: string, image: string): string => `- hosts: harbor
  tasks:
    - systemd: {name: harbor, state: stopped}
    - copy: {src: ${archive}, dest: /opt/harbor2.tar}
    - docker_image: {name: "${image}", source: load, archive_path: /opt/harbor2.tar}
    - shell: >-
        docker rm -f harbor2 2>/dev/null; docker run -d --name harbor2 --restart always --network host
        -v /data/cert:/cert:ro -e HARBOR_CERT=/cert/server.crt -e HARBOR_KEY=/cert/server.key
        -e HARBOR_URL=https://{{ ansible_host }} -e HARBOR_ADMIN_PASSWORD=Existing12345 ${image}
`;

async function inHost(host: string, script: string): Promise<string> {
  const result = await lab.exec(host, ['sh', '-euc', script], options);
  expect(result, `${host}: ${script}`).toMatchObject({ code: 0 });
  return result.stdout.trim();
}

beforeAll(async () => {
  await lab.up(options);
  await publishSiteFiles('dual-master');
  const nodes = await mooring('playbooks/dual-master.yml', '-t', 'install');
  expect(nodes.code, nodes.output.slice(-4000)).toBe(0);
  folder = mkdtempSync(join(tmpdir(), 'mooring-existing-'));
  const { archive, name } = await buildHarbor2Image(inCache('harbor2'));
  writeFileSync(join(folder, 'stand-ins.yml'), standIns(archive, name));
  const run = await mooring(join(folder, 'stand-ins.yml'));
  expect(run.code, run.output.slice(-4000)).toBe(0);
  const ca = join(folder, 'ca.crt');
  writeFileSync(ca, await inHost('harbor1', 'cat /data/ca_download/ca.crt'));
  existing = JSON.stringify({
    harbor_install: false,
    harbor_admin_password: 'Existing12345',
    harbor_ca_file: ca,
  });
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  for (const host of ['harbor1', 'harbor2']) {
    await inHost(host, 'docker rm -f harbor2 >/dev/null; rm -f /opt/harbor2.tar; systemctl start harbor');
  }
});

test('existing Harbors 2.x become masters, and a second run changes nothing', async () => {
  const first = await mooring('playbooks/dual-master.yml', '-e', existing);
  expect(first.code, first.output.slice(-4000)).toBe(0);
  // The project and the rule.
  expect(changes(first)).toEqual({ harbor1: 2, harbor2: 2 });
  const second = await mooring('playbooks/dual-master.yml', '-e', existing);
  expect(second.code, second.output.slice(-4000)).toBe(0);
  expect(changes(second)).toEqual(unchanged);
});

test('the verification holds', async () => {
  const run = await mooring('playbooks/verify-dual-master.yml', '-e', existing);
  expect(run.code, run.output.slice(-4000)).toBe(0);
});

test('reconcile brings what was pushed while the other was down for long', async () => {
  const image = '10.0.0.101/example/outage:one';
  await inHost('harbor2', 'docker stop harbor2');
  await inHost(
    'harbor1',
    `echo Existing12345 | docker login -u admin --password-stdin 10.0.0.101 >/dev/null 2>&1
     cd "$(mktemp -d)"; head -c 10000 /dev/urandom >content; printf 'FROM scratch\\nCOPY content /\\n' >Dockerfile
     docker build -q -t ${image} .; docker push ${image}`,
  );
  // A Harbor that starts anew does not go on with the jobs it had.
  await inHost('harbor1', 'docker restart harbor2');
  await inHost('harbor2', 'docker start harbor2');
  const run = await mooring('playbooks/reconcile.yml', '-e', existing);
  expect(run.code, run.output.slice(-4000)).toBe(0);
  expect(run.output).toContain('1 images, the same as on harbor1');
  expect(changes(await mooring('playbooks/reconcile.yml', '-e', existing))).toEqual(unchanged);
});
