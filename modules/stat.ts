import { defineModule, type FileStat, type HostAccess, type ValueMap } from '../src/module/index.ts';
import { expandHome } from './lib/paths.ts';

export const stat = defineModule({
  name: 'stat',
  summary: 'Tell what is at a path.',
  notes: [
    'Nothing is changed. `stat.exists` is false where nothing is there, and then it is the only value besides `stat.path`.',
    'Differences from Ansible: `checksum_algorithm` is sha256 unless given, as in the results of `copy` and `template`; `mimetype` and `attributes` are looked up only when asked for; there are no `readable`, `writeable`, `executable`, `atime` and `ctime`.',
  ],
  kind: 'state',
  params: {
    type: 'object',
    properties: {
      path: { type: 'string', format: 'path', description: 'Path on the host.' },
      dest: { type: 'string', format: 'path', description: 'Another name of `path`.' },
      name: { type: 'string', format: 'path', description: 'Another name of `path`.' },
      follow: { type: 'boolean', default: false, description: 'Whether links are followed.' },
      get_checksum: {
        type: 'boolean',
        default: true,
        description: 'Whether to return the checksum of a file.',
      },
      checksum_algorithm: {
        type: 'string',
        enum: ['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512'],
        default: 'sha256',
        description: 'Which checksum.',
      },
      get_mime: { type: 'boolean', default: false, description: 'Whether to ask `file` for the MIME type.' },
      get_attributes: {
        type: 'boolean',
        default: false,
        description: 'Whether to ask `lsattr` for attributes.',
      },
    },
  },
  examples: `
- stat:
    path: /data/.sentinel
  register: sentinel
- fail:
    msg: the share is not mounted
  when: not sentinel.stat.exists
`,
  returns: {
    stat: 'exists, path, isreg, isdir, islnk, mode, size, mtime, uid, gid, pw_name, gr_name, inode, dev, nlink, checksum, lnk_source and more',
  },
  async read(host, params) {
    const path = await expandHome(host, params.path ?? params.dest ?? params.name ?? '');
    const sha256 = params.get_checksum && params.checksum_algorithm === 'sha256';
    const found = await host.stat(path, { follow: params.follow, checksum: sha256 });
    if (found === undefined) return { values: { exists: false, path } };
    const [checksum, mime, attributes, resolved] = await Promise.all([
      params.get_checksum && !sha256 && found.type === 'file'
        ? otherChecksum(host, params.checksum_algorithm, path)
        : {},
      params.get_mime ? readMime(host, path) : {},
      params.get_attributes ? readAttributes(host, path) : {},
      found.type === 'link' ? resolveLink(host, path) : {},
    ]);
    return { values: { ...toValues(path, found), ...checksum, ...mime, ...attributes, ...resolved } };
  },
  plan(params, current) {
    if ((params.path ?? params.dest ?? params.name ?? '') === '') {
      return { steps: [], failure: '"path" is required' };
    }
    return { steps: [], values: { stat: current.values } };
  },
});

async function otherChecksum(host: HostAccess, algorithm: string, path: string): Promise<ValueMap> {
  const reply = await host.run([`${algorithm}sum`, path], { needs: [{ path }] });
  // GNU puts a backslash before the sum where the name needed escapes.
  const sum = /^\\?([0-9a-f]+)/.exec(reply.stdout)?.[1];
  return sum === undefined ? {} : { checksum: sum };
}

async function readMime(host: HostAccess, path: string): Promise<ValueMap> {
  const reply = await host.run(['file', '--brief', '--mime-type', '--mime-encoding', path], {
    needs: [{ path }],
  });
  const [type, charset] = reply.exitCode === 0 ? reply.stdout.trim().split('; charset=') : [];
  return { mimetype: type ?? 'unknown', charset: charset ?? 'unknown' };
}

async function readAttributes(host: HostAccess, path: string): Promise<ValueMap> {
  const reply = await host.run(['lsattr', '-d', path], { needs: [{ path }] });
  const flags = reply.exitCode === 0 ? (reply.stdout.split(/\s/)[0] ?? '') : '';
  return { attr_flags: flags.replaceAll('-', '') };
}

async function resolveLink(host: HostAccess, path: string): Promise<ValueMap> {
  const reply = await host.run(['readlink', '-f', path], { needs: [{ path }] });
  return reply.exitCode === 0 ? { lnk_source: reply.stdout.replace(/\n$/, '') } : {};
}

function toValues(path: string, found: FileStat): ValueMap {
  const bits = Number.parseInt(found.mode, 8);
  return {
    exists: true,
    path,
    mode: found.mode,
    isreg: found.type === 'file',
    isdir: found.type === 'directory',
    islnk: found.type === 'link',
    isfifo: found.type === 'fifo',
    issock: found.type === 'socket',
    isblk: found.type === 'block',
    ischr: found.type === 'char',
    uid: found.uid,
    gid: found.gid,
    pw_name: found.owner,
    gr_name: found.group,
    size: found.size,
    mtime: found.mtime,
    inode: found.inode,
    dev: found.device,
    nlink: found.links,
    isuid: (bits & 0o4000) !== 0,
    isgid: (bits & 0o2000) !== 0,
    ...permissions(bits),
    ...(found.checksum === undefined ? {} : { checksum: found.checksum }),
    ...(found.target === undefined ? {} : { lnk_target: found.target }),
  };
}

function permissions(bits: number): ValueMap {
  const names = ['xoth', 'woth', 'roth', 'xgrp', 'wgrp', 'rgrp', 'xusr', 'wusr', 'rusr'];
  return Object.fromEntries(names.map((name, place) => [name, (bits & (1 << place)) !== 0]));
}
