import type { HostAccess } from '../../../src/module/index.ts';
import { listsDirectory } from './commands.ts';

/** How old apt's package lists are. */
export interface CacheAge {
  /** Seconds by the host's own clock; Infinity where there are no lists, or a source file is newer. */
  readonly seconds: number;
  /** The lists were fetched since this task began. */
  readonly updatedNow: boolean;
}

const script = `newest=0
for file in /var/lib/apt/periodic/update-success-stamp ${listsDirectory}; do
  time=$(stat -c %Y "$file" 2>/dev/null) && [ "$time" -gt "$newest" ] && newest=$time
done
for list in ${listsDirectory}/*Release; do
  [ -e "$list" ] || newest=0
  break
done
for source in /etc/apt/sources.list /etc/apt/sources.list.d /etc/apt/sources.list.d/*; do
  time=$(stat -c %Y "$source" 2>/dev/null) && [ "$time" -gt "$newest" ] && newest=0
done
echo "$(date +%s) $newest"`;

export async function readCacheAge(host: HostAccess): Promise<CacheAge> {
  const { stdout } = await host.script(script);
  const [now = 0, newest = 0] = stdout.trim().split(' ').map(Number);
  const seconds = newest === 0 ? Number.POSITIVE_INFINITY : now - newest;
  return { seconds, updatedNow: seconds <= (Date.now() - host.now) / 1000 };
}
