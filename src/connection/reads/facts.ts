import { CommandError } from '../../model/errors.ts';
import type { Facts } from '../host-reads.ts';
import type { RunScript } from './collector.ts';
import {
  accountFacts,
  dateFacts,
  dnsFacts,
  environmentFacts,
  securityFacts,
  sshKeyFacts,
} from './facts-account.ts';
import { hardwareFacts, mountFacts } from './facts-hardware.ts';
import { networkFacts } from './facts-network.ts';
import { parseSections } from './facts-sections.ts';
import { systemFacts } from './facts-system.ts';

const timeoutMs = 60_000;

/**
 * Gathers the facts of docs/facts.md with one script.
 *
 * @throws CommandError where the host is not a Linux one
 */
export async function gatherFacts(run: RunScript, hostName: string): Promise<Facts> {
  const result = await run(script, timeoutMs);
  const sections = parseSections(result.stdout);
  if (!sections.has('end')) {
    throw new CommandError(`${hostName}: gathering facts stopped half-way: ${result.stderr.trim()}`);
  }
  return {
    ...systemFacts(sections),
    ...hardwareFacts(sections),
    ...networkFacts(sections),
    mounts: mountFacts(sections),
    ...accountFacts(sections),
    ...environmentFacts(sections),
    ...dateFacts(sections),
    ...dnsFacts(sections),
    ...securityFacts(sections),
    ...sshKeyFacts(sections),
    gather_subset: ['all'],
    module_setup: true,
  };
}

/** `line NAME FILE` prints the first line of a file without starting a process. */
const script = String.raw`
section() { printf '\036%s\n' "$1"; }
line() { v=; if [ -r "$2" ]; then IFS= read -r v <"$2"; fi; printf '%s=%s\n' "$1" "$v"; }
text() { section "$1"; shift; cat -- "$@" 2>/dev/null; }
has() { command -v "$1" >/dev/null 2>&1; }
text os-release /etc/os-release
section lines
line kernel /proc/sys/kernel/osrelease
line kernel_version /proc/sys/kernel/version
line system /proc/sys/kernel/ostype
line nodename /proc/sys/kernel/hostname
line debian_version /etc/debian_version
line redhat_release /etc/redhat-release
line alpine_release /etc/alpine-release
line init /proc/1/comm
line uptime /proc/uptime
line loadavg /proc/loadavg
line cmdline /proc/cmdline
line machine_id /etc/machine-id
line fips /proc/sys/crypto/fips_enabled
line apparmor /sys/module/apparmor/parameters/enabled
line selinux_enforce /sys/fs/selinux/enforce
line selinux_policyvers /sys/fs/selinux/policyvers
for f in product_name product_version product_serial product_uuid sys_vendor bios_vendor bios_version bios_date board_name board_vendor chassis_vendor; do
line $f /sys/class/dmi/id/$f 2>/dev/null; done
printf 'machine=%s\n' "$(uname -m)"
printf 'fqdn=%s\n' "$(hostname -f 2>/dev/null || hostname 2>/dev/null)"
printf 'long_bit=%s\n' "$(getconf LONG_BIT 2>/dev/null)"
if [ -d /run/systemd/system ]; then echo service=systemd
elif [ -d /run/openrc ] || [ -x /sbin/openrc-run ]; then echo service=openrc
elif [ -d /run/runit ]; then echo service=runit
elif [ -x /sbin/upstart ]; then echo service=upstart
elif has rc-service || [ -d /etc/init.d ]; then echo service=sysvinit; else echo service=; fi
for p in apt-get dnf5 dnf yum zypper apk pacman emerge; do if has $p; then echo "package=$p"; break; fi; done
if has systemd-detect-virt; then printf 'virt=%s\n' "$(systemd-detect-virt 2>/dev/null)"
elif [ -e /.dockerenv ]; then echo virt=docker
elif [ -e /run/.containerenv ]; then echo virt=podman; fi
text selinux-config /etc/selinux/config
text meminfo /proc/meminfo
text cpuinfo /proc/cpuinfo
section links; ip -o link show 2>/dev/null
section addresses; ip -o addr show 2>/dev/null
section route4; ip -4 route show default 2>/dev/null
section route6; ip -6 route show default 2>/dev/null
text mounts /proc/self/mounts
section df; d=$(timeout 5 df -Pkl 2>/dev/null); [ -n "$d" ] || d=$(timeout 5 df -Pk 2>/dev/null); printf '%s\n' "$d"
text resolv /etc/resolv.conf
section account; id -u; id -g; id -un; id -ru; id -rg
u=$(id -u); if has getent; then getent passwd "$u"; else while IFS= read -r l; do case $l in *:*:"$u":*) echo "$l"; break;; esac; done </etc/passwd; fi
section environment; for n in HOME LANG LOGNAME PATH SHELL USER TMPDIR; do eval "v=\$$n"; [ -z "$v" ] || printf '%s=%s\n' "$n" "$v"; done
section date; date '+%s|%Y|%m|%d|%H|%M|%S|%A|%w|%W|%Z|%z'
text ssh-keys /etc/ssh/ssh_host_rsa_key.pub /etc/ssh/ssh_host_ecdsa_key.pub /etc/ssh/ssh_host_ed25519_key.pub
section end
`;
