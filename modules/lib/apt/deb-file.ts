import { CommandError, type HostAccess, type PackageState, ParamsError } from '../../../src/module/index.ts';

/** A .deb file and the package in it. */
export interface DebFile {
  /** Absolute; on the host, or on the control node where `local`. */
  readonly path: string;
  readonly local: boolean;
  readonly name: string;
  /** Without epoch where `local`: file names carry none. */
  readonly version: string;
}

/**
 * Finds out which package a .deb file holds: from its control file on a host, from its name
 * (`NAME_VERSION_ARCH.deb`, as dpkg-name(1) writes it) on the control node, where no dpkg is needed.
 *
 * @throws ParamsError where the file is a URL or its name does not tell
 * @throws CommandError where the host's file is missing or no package
 */
export async function readDebFile(host: HostAccess, path: string, onHost: boolean): Promise<DebFile> {
  if (/^[a-z]+:\/\//.test(path)) {
    throw new ParamsError('deb takes a file, not a URL', {
      hint: 'fetch it first with get_url and its checksum',
    });
  }
  return onHost ? readOnHost(host, path) : readLocal(host, path);
}

/** True where this very version is installed. */
export function isDebInstalled(deb: DebFile, state: PackageState): boolean {
  const version = state.version ?? '';
  return state.installed && (version === deb.version || (deb.local && withoutEpoch(version) === deb.version));
}

async function readOnHost(host: HostAccess, path: string): Promise<DebFile> {
  const argv = ['dpkg-deb', '--show', '--showformat=${Package}\t${Version}', path];
  const { exitCode, stdout, stderr } = await host.run(argv, { needs: [{ path }] });
  const [name, version] = stdout.split('\t');
  if (exitCode !== 0 || !name || !version) {
    throw new CommandError(`${path} is no Debian package: ${stderr.trim()}`);
  }
  return { path, local: false, name, version };
}

async function readLocal(host: HostAccess, path: string): Promise<DebFile> {
  const file = await host.local(path);
  const base = file.path.slice(file.path.lastIndexOf('/') + 1);
  const match = /^([a-z0-9][a-z0-9+.-]*)_([^_]+)_[a-z0-9-]+\.deb$/.exec(base);
  if (file.type !== 'file' || !match?.[1] || !match[2]) {
    throw new ParamsError(`"${base}" does not tell which package it holds`, {
      hint: 'name it NAME_VERSION_ARCH.deb, or copy it to the host and give its path there',
    });
  }
  return {
    path: file.path,
    local: true,
    name: match[1],
    version: withoutEpoch(match[2].replace('%3a', ':')),
  };
}

function withoutEpoch(version: string): string {
  return version.replace(/^\d+:/, '');
}
