/**
 * Programs of a Debian host and a sudo, that remember packages in a directory:
 *
 *   const environment = await fakeDebian(await mkdtemp(…), process.env, { installed: ['a'] });
 *
 * dpkg-query and apt-get know any name; sudo becomes nobody, and gives its user as `$SUDO_USER_WANTED`.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const dpkgQuery = (state: string): string => `#!/bin/sh
while [ "$1" != -- ] && [ $# -gt 0 ]; do shift; done; shift
for name do
  [ ! -e "${state}/$name" ] || printf '%s\\tall\\tinstall ok installed\\t1.0\\n' "$name"
done`;

const aptGet = (state: string): string => `#!/bin/sh
simulate= names= action=
for word do
  case $word in
    -s) simulate=1;; install|remove|update) action=$word;; -*|*::*|*=*) ;; *) names="$names $word";;
  esac
done
[ "$action" = install ] || { echo "$action" >>"${state}/.log"; exit 0; }
for name in $names; do
  [ ! -e "${state}/$name" ] || continue
  if [ -n "$simulate" ]; then echo "Inst $name (1.0 Debian:12 [all])"; else : >"${state}/$name"; fi
done
[ -n "$simulate" ] || { echo "install$names" >>"${state}/.log"; }`;

const sudo = `#!/bin/sh
while [ "$1" != -- ]; do [ "$1" != -u ] || user=$2; shift; done; shift
SUDO_USER_WANTED=$user; export SUDO_USER_WANTED
exec "$@"`;

/** @param directory an empty one */
export async function fakeDebian(
  directory: string,
  environment: NodeJS.ProcessEnv,
  { installed }: { readonly installed: readonly string[] },
): Promise<NodeJS.ProcessEnv> {
  const [programs, state] = [join(directory, 'programs'), join(directory, 'packages')];
  await mkdir(programs);
  await mkdir(state);
  for (const name of installed) await writeFile(join(state, name), '');
  const texts = { 'dpkg-query': dpkgQuery(state), 'apt-get': aptGet(state), sudo };
  for (const [name, text] of Object.entries(texts)) {
    await writeFile(join(programs, name), text, { mode: 0o755 });
  }
  return { ...environment, PATH: `${programs}:${environment['PATH']}` };
}
