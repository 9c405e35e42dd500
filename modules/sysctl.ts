import { defineModule, type HostAccess, type ParamsOf, type Plan, type Step } from '../src/module/index.ts';
import { readConfigText } from './lib/config-text.ts';

const params = {
  type: 'object',
  required: ['name'],
  properties: {
    name: { type: 'string', minLength: 1, description: 'Kernel parameter, e.g. `net.ipv4.ip_forward`.' },
    value: { type: ['string', 'integer', 'boolean'], description: 'Its value; needed for state present.' },
    state: {
      enum: ['present', 'absent'],
      default: 'present',
      description: '`absent` takes it out of the file; the running kernel keeps its value.',
    },
    sysctl_file: {
      type: 'string',
      default: '/etc/sysctl.conf',
      description: 'File to keep it in, e.g. `/etc/sysctl.d/50-harbor.conf`.',
    },
    reload: {
      type: 'boolean',
      default: true,
      description: 'Also set it in the running kernel where it differs.',
    },
    ignoreerrors: {
      type: 'boolean',
      default: false,
      description: 'Accept that this kernel has no such parameter.',
    },
  },
} as const;

type SysctlParams = ParamsOf<typeof params>;

interface Current {
  readonly text: string | undefined;
  /** Value in the running kernel; undefined = it has no such parameter. */
  readonly live: string | undefined;
}

export const sysctl = defineModule({
  name: 'sysctl',
  summary: 'Set kernel parameters, now and at boot.',
  notes: ['The line in the file and the value in the running kernel are compared and set separately.'],
  kind: 'state',
  params,
  examples: `- sysctl: { name: net.ipv4.ip_nonlocal_bind, value: 1, sysctl_file: /etc/sysctl.d/50-harbor.conf }

- sysctl: { name: vm.overcommit_memory, state: absent }
`,
  returns: { name: 'the parameter', value: 'its value in the running kernel before, or null' },
  async read(host: HostAccess, params: SysctlParams): Promise<Current> {
    const [text, live] = await Promise.all([
      readConfigText(host, params.sysctl_file),
      host.run(['sysctl', '-n', params.name]),
    ]);
    return { text, live: live.exitCode === 0 ? words(live.stdout) : undefined };
  },
  plan: planSysctl,
});

function planSysctl(params: SysctlParams, current: Current): Plan {
  const values = { name: params.name, value: current.live ?? null };
  const before = current.text ?? '';
  if (params.state === 'absent')
    return { steps: fileSteps(params, current, withoutLine(before, params.name)), values };
  if (params.value === undefined) return { steps: [], failure: 'value is needed for state present', values };
  const value = words(
    typeof params.value === 'boolean' ? String(Number(params.value)) : String(params.value),
  );
  if (params.reload && current.live === undefined && !params.ignoreerrors) {
    return { steps: [], failure: `this kernel has no parameter ${params.name}`, values };
  }
  const steps = fileSteps(params, current, withLine(before, params.name, value));
  if (params.reload && current.live !== undefined && current.live !== value) {
    steps.push({
      kind: 'run',
      summary: `set ${params.name} to ${value} in the running kernel`,
      argv: ['sysctl', '-w', `${params.name}=${value}`],
      diff: [{ header: `kernel ${params.name}`, before: `${current.live}\n`, after: `${value}\n` }],
    });
  }
  return { steps, values };
}

function fileSteps(params: SysctlParams, current: Current, after: string): Step[] {
  if (after === (current.text ?? '')) return [];
  return [
    {
      kind: 'put',
      summary: `write ${params.name} in ${params.sysctl_file}`,
      path: params.sysctl_file,
      content: { text: after },
      ...(current.text === undefined ? { mode: '0644' } : { before: current.text }),
    },
  ];
}

/** The last line of a parameter is the one that counts. */
function withLine(text: string, name: string, value: string): string {
  const lines = text.split('\n');
  const index = lines.findLastIndex((line) => parseLine(line)?.name === plainName(name));
  const found = parseLine(lines[index] ?? '');
  if (found?.value === value) return text;
  const line = `${name} = ${value}`;
  if (index !== -1) lines[index] = line;
  else if (lines.at(-1) === '') lines.splice(-1, 1, line, '');
  else lines.push(line, '');
  return lines.join('\n');
}

function withoutLine(text: string, name: string): string {
  return text
    .split('\n')
    .filter((line) => parseLine(line)?.name !== plainName(name))
    .join('\n');
}

function parseLine(line: string): { name: string; value: string } | undefined {
  const match = /^\s*-?([^#;=\s][^=]*?)\s*=(.*)$/.exec(line);
  return match?.[1] === undefined ? undefined : { name: plainName(match[1]), value: words(match[2] ?? '') };
}

/** sysctl(8) takes dots and slashes: the first separator in a name decides which one parts it. */
function plainName(name: string): string {
  const first = /[./]/.exec(name)?.[0];
  if (first !== '/') return name;
  return name.replaceAll(/[./]/g, (separator) => (separator === '/' ? '.' : '/'));
}

/** Kernel and people separate several numbers by tabs or any number of blanks. */
function words(text: string): string {
  return text.trim().replaceAll(/\s+/g, ' ');
}
