import { posix } from 'node:path';
import { defineModule, type HostAccess, ParamsError, type Step } from '../src/module/index.ts';
import { expandHome, nameOf } from './lib/paths.ts';

export const fetch = defineModule({
  name: 'fetch',
  summary: 'Save a file of the host on the control node.',
  notes: [
    'Without `flat` it goes to `dest`/NAME OF HOST/path of the file, so that the files of many hosts never meet. A relative `dest` begins at the directory of the playbook.',
    'Check mode saves nothing and says whether it would.',
  ],
  kind: 'state',
  scope: 'outside',
  params: {
    type: 'object',
    required: ['src', 'dest'],
    properties: {
      src: { type: 'string', format: 'path', description: 'Path of a file on the host.' },
      dest: {
        type: 'string',
        description:
          'Directory on the control node; with `flat` the path of the file itself, or a directory if it ends in `/`.',
      },
      flat: {
        type: 'boolean',
        default: false,
        description: 'Whether to leave out the name of the host and the directories.',
      },
      fail_on_missing: {
        type: 'boolean',
        default: true,
        description: 'Whether a missing file fails the task.',
      },
      validate_checksum: {
        type: 'boolean',
        default: true,
        description: 'Accepted for compatibility: what is saved is always compared.',
      },
    },
  },
  examples: `
- fetch:
    src: /data/secretkey
    dest: backup/secretkey
    flat: true
`,
  returns: {
    dest: 'path on the control node',
    file: 'path on the host',
    checksum: 'SHA-256 of the file',
    remote_checksum: 'the same',
  },
  async read(host, params) {
    const source = await expandHome(host, params.src);
    const dest = localDestination(host, params, source);
    const [remote, localChecksum] = await Promise.all([
      host.stat(source, { follow: true, checksum: true }),
      checksumOnControlNode(host, dest),
    ]);
    return {
      source,
      dest,
      ...(remote === undefined ? {} : { remote }),
      ...(localChecksum === undefined ? {} : { localChecksum }),
    };
  },
  plan(params, current) {
    const { source, dest, remote, localChecksum } = current;
    if (remote === undefined) {
      const msg = 'the remote file does not exist';
      if (params.fail_on_missing) return { steps: [], failure: `${msg}: ${source}` };
      return { steps: [], message: `${msg}, not transferring, ignored`, values: { file: source, msg } };
    }
    if (remote.type !== 'file') return { steps: [], failure: `${source} is a ${remote.type}, not a file` };
    const checksum = remote.checksum ?? '';
    const values = { dest, file: source, checksum, remote_checksum: checksum };
    if (checksum === localChecksum) return { steps: [], values };
    const save: Step = {
      kind: 'save',
      localPath: dest,
      remotePath: source,
      summary: `save ${source} to ${dest}`,
    };
    return { steps: [save], values };
  },
});

interface Destination {
  readonly dest: string;
  readonly flat: boolean;
}

function localDestination(host: HostAccess, { dest, flat }: Destination, source: string): string {
  const absolute = posix.resolve(host.playbookDir, dest);
  if (!flat) return posix.join(absolute, host.name, source);
  return dest.endsWith('/') ? posix.join(absolute, nameOf(source)) : absolute;
}

/** undefined = nothing there yet, which `local` reports as an error. */
async function checksumOnControlNode(host: HostAccess, path: string): Promise<string | undefined> {
  const local = await host.local(path).catch((error: unknown) => {
    if (error instanceof ParamsError) return undefined;
    throw error;
  });
  if (local?.type === 'directory') {
    throw new ParamsError(`${path} is a directory on the control node`, {
      hint: 'end dest with / to save into it',
    });
  }
  return local?.checksum;
}
