import { defineModule, type HostAccess, type ParamsOf, type Plan, type Step } from '../src/module/index.ts';
import { readConfigText } from './lib/config-text.ts';
import { setEntry, setVariable } from './lib/crontab.ts';

const time = (unit: string, range: string) =>
  ({
    type: ['string', 'integer'],
    default: '*',
    description: `${unit}, ${range}, or cron's lists and steps such as \`*/5\`.`,
  }) as const;

const params = {
  type: 'object',
  required: ['name'],
  properties: {
    name: {
      type: 'string',
      pattern: '^[^\\n]+$',
      description: 'Name by which the entry is known again (a comment above it); with `env`, the variable.',
    },
    job: {
      type: 'string',
      pattern: '^[^\\n]*$',
      description: 'Command, or with `env` the value of the variable.',
    },
    state: { enum: ['present', 'absent'], default: 'present', description: 'Whether it is to be there.' },
    minute: time('Minute', '0–59'),
    hour: time('Hour', '0–23'),
    day: time('Day of the month', '1–31'),
    month: time('Month', '1–12'),
    weekday: time('Day of the week', '0–6, Sunday is 0'),
    special_time: {
      enum: ['annually', 'daily', 'hourly', 'monthly', 'reboot', 'weekly', 'yearly'],
      description: 'In place of minute to weekday.',
    },
    user: {
      type: 'string',
      description: 'Whose crontab, or as whom a `cron_file` runs it; default: the become user, or root.',
    },
    cron_file: {
      type: 'string',
      description: 'File in /etc/cron.d, or an absolute path, in place of a crontab.',
    },
    env: { type: 'boolean', default: false, description: 'Set a variable for the entries instead of a job.' },
    disabled: { type: 'boolean', default: false, description: 'Keep the entry, as a comment.' },
    backup: { type: 'boolean', default: false, description: 'Keep the old file beside a new `cron_file`.' },
  },
} as const;

type CronParams = ParamsOf<typeof params>;

interface Current {
  readonly text: string | undefined;
  /** Why the crontab cannot be read. */
  readonly fault?: string;
}

export const cron = defineModule({
  name: 'cron',
  summary: 'Keep named jobs in a crontab or in /etc/cron.d.',
  notes: ['An entry is found by the comment `#Mooring: NAME` above it, or by the one that Ansible writes.'],
  kind: 'state',
  params,
  examples: `- cron:
    name: backup of the registry
    minute: 30
    hour: 2
    job: /usr/local/sbin/registry-backup
    cron_file: registry
    user: root

- cron: { name: warm caches, special_time: reboot, job: /usr/local/bin/warm }

- cron: { name: PATH, env: true, job: /usr/local/bin:/usr/bin:/bin }

- cron: { name: old job, state: absent }
`,
  returns: { cron_file: 'the file, or null for a crontab' },
  read: readCron,
  plan: planCron,
});

async function readCron(host: HostAccess, params: CronParams): Promise<Current> {
  const file = fileOf(params);
  if (file !== undefined) return { text: await readConfigText(host, file) };
  const { exitCode, stdout, stderr } = await host.run(['crontab', ...userOption(params), '-l']);
  if (exitCode === 0) return { text: stdout };
  if (/no crontab for/.test(stderr)) return { text: undefined };
  const fault = exitCode === 127 ? 'crontab is not there; install cron first' : stderr.trim();
  return { text: undefined, fault };
}

function planCron(params: CronParams, current: Current): Plan {
  const file = fileOf(params);
  const values = { cron_file: file ?? null };
  if (current.fault !== undefined) return { steps: [], failure: current.fault, values };
  if (params.state === 'present' && params.job === undefined) {
    return { steps: [], failure: 'job is needed for state present', values };
  }
  const line = params.state === 'present' ? lineOf(params, file !== undefined) : undefined;
  const set = params.env ? setVariable : setEntry;
  const before = current.text ?? '';
  const after = set(before, { name: params.name, line });
  const steps = after === before ? [] : [writeStep(params, current, after)];
  return { steps, values };
}

function lineOf(params: CronParams, hasUser: boolean): string {
  const job = params.job ?? '';
  if (params.env) return `${params.name}="${job}"`;
  const { minute, hour, day, month, weekday } = params;
  const when = params.special_time
    ? `@${params.special_time}`
    : [minute, hour, day, month, weekday].join(' ');
  const user = hasUser ? ` ${params.user ?? 'root'}` : '';
  return `${params.disabled ? '#' : ''}${when}${user} ${job}`;
}

function writeStep(params: CronParams, current: Current, after: string): Step {
  const file = fileOf(params);
  const before = current.text ?? '';
  const verb = params.state === 'present' ? 'set' : 'remove';
  const summary = `${verb} cron ${params.env ? 'variable' : 'job'} "${params.name}"`;
  if (file === undefined) {
    const header = `crontab of ${params.user ?? 'the user'}`;
    return {
      kind: 'run',
      summary,
      argv: ['crontab', ...userOption(params), '-'],
      stdin: { text: after },
      diff: [{ header, before, after }],
    };
  }
  const isNew = current.text === undefined;
  const content = { text: after };
  return {
    kind: 'put',
    summary,
    path: file,
    content,
    ...(isNew ? { mode: '0644' } : { before }),
    backup: params.backup && !isNew,
  };
}

function fileOf(params: CronParams): string | undefined {
  if (params.cron_file === undefined) return undefined;
  return params.cron_file.startsWith('/') ? params.cron_file : `/etc/cron.d/${params.cron_file}`;
}

function userOption(params: CronParams): string[] {
  return params.user === undefined ? [] : ['-u', params.user];
}
