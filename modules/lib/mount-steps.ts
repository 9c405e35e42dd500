import { quote, quoteWord, type RunStep, type WaitStep } from '../../src/module/index.ts';

/** Mounts, under a deadline: a server that does not answer lets mount(8) wait for minutes or for good. */
export function mountStep(settings: {
  readonly path: string;
  readonly src: string;
  readonly fstype: string;
  readonly argv: readonly string[];
  readonly timeout: number;
}): RunStep {
  const { path, src, fstype, argv, timeout } = settings;
  return {
    kind: 'run',
    summary: `mount ${src} (${fstype}) at ${path}`,
    script: `timeout -s KILL ${timeout} ${quote(argv)}
code=$?
${onDeadline(`mounting did not end within ${timeout} s${doesItAnswer(src)}`)}
exit "$code"`,
    timeoutMs: (timeout + 30) * 1000,
    predicts: [{ kind: 'mount', path, present: true }],
    diff: [{ header: `mount ${path}`, before: 'not mounted\n', after: `${src} (${fstype})\n` }],
  };
}

/** Unmounts; where that is refused, says which processes hold the file system. */
export function unmountStep(path: string, src: string, timeout: number): RunStep {
  return {
    kind: 'run',
    summary: `unmount ${path}`,
    script: `path=${quoteWord(path)}
timeout -s KILL ${timeout} umount "$path" && exit 0
code=$?
${onDeadline(`unmounting did not end within ${timeout} s${doesItAnswer(src)}`)}
${holdersScript}
exit "$code"`,
    timeoutMs: (timeout + 60) * 1000,
    predicts: [{ kind: 'mount', path, present: false }],
    diff: [{ header: `mount ${path}`, before: `${src}\n`, after: 'not mounted\n' }],
  };
}

/**
 * Mount units are made of fstab: systemd must read it again, or it may undo the next mount. Its reader
 * looks at every mount point, and waits 90 s where one hangs on a dead server; then the mount goes on.
 */
export function reloadStep(timeout: number): RunStep {
  return {
    kind: 'run',
    summary: 'make systemd read fstab again',
    script: `[ -d /run/systemd/system ] || exit 0
timeout ${timeout} systemctl daemon-reload
code=$?
[ "$code" -ne 124 ] || echo 'systemd is still at it: a mount does not answer'
[ "$code" -eq 124 ] || exit "$code"`,
    timeoutMs: (timeout + 30) * 1000,
  };
}

/** The file that proves it is the right share. */
export function sentinelStep(path: string, sentinel: string): WaitStep {
  return {
    kind: 'wait',
    summary: `see ${sentinel}`,
    until: { kind: 'command', argv: ['timeout', '-s', 'KILL', '5', 'test', '-e', sentinel] },
    timeoutMs: 15_000,
    failMessage: sentinelMissing(path, sentinel),
  };
}

export function sentinelMissing(path: string, sentinel: string): string {
  return `${path} is mounted, but ${sentinel} is not there: is it the right share?`;
}

/**
 * /proc/PID/{cwd,root,exe,fd} are links, and reading a link touches nothing mounted, unlike fuser(1),
 * which may hang on a dead server.
 */
const holdersScript = `ls -l /proc/[0-9]*/cwd /proc/[0-9]*/root /proc/[0-9]*/exe /proc/[0-9]*/fd 2>/dev/null |
  awk -v path="$path" '
    /^\\/proc\\/[0-9]+\\/fd:$/ { split($0, part, "/"); directory = part[3]; next }
    { arrow = index($0, " -> "); if (!arrow) next
      target = substr($0, arrow + 4); link = substr($0, 1, arrow - 1)
      if (target != path && index(target, path "/") != 1) next
      pid = directory
      if (match(link, /\\/proc\\/[0-9]+\\//)) pid = substr(link, RSTART + 6, RLENGTH - 7)
      if (!(pid in seen)) { seen[pid] = 1; print pid, target } }' | head -n 10 | {
  found=
  while read -r pid file; do
    found=1
    echo "held by process $pid ($(tr '\\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | cut -c 1-60)): $file" >&2
  done
  [ -n "$found" ] || echo "no process holds it; an NFS export, a swap file or a loop device may" >&2
}`;

/** timeout(1) answers 137 where it had to kill. */
function onDeadline(message: string): string {
  return `[ "$code" -ne 137 ] || { code=124; echo ${quoteWord(message)} >&2; }`;
}

function doesItAnswer(src: string): string {
  const server = /^(\[[^\]]+\]|[^/:]+):\//.exec(src)?.[1];
  return server === undefined ? '' : `: does ${server} answer?`;
}
