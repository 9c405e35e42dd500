import { defineModule, ParamsError, type WaitStep } from '../src/module/index.ts';

export const pause = defineModule({
  name: 'pause',
  summary: 'Wait for some time, or until Enter is pressed.',
  notes: [
    'With a time and a prompt, the prompt is shown and the time waited. Without a terminal a question is not waited for.',
    'Runs once for all hosts of the play. Check mode waits for nothing.',
  ],
  kind: 'action',
  volatile: true,
  local: true,
  params: {
    type: 'object',
    properties: {
      seconds: { type: 'number', minimum: 0, description: 'How long to wait, seconds.' },
      minutes: {
        type: 'number',
        minimum: 0,
        description: 'How long to wait, minutes; instead of `seconds`.',
      },
      prompt: { type: 'string', description: 'Text to show; without a time, Enter is waited for.' },
      echo: { type: 'boolean', default: true, description: 'Whether what is typed is shown.' },
    },
  },
  examples: `
- pause:
    seconds: 10
- pause:
    prompt: Check the replication, then press Enter
`,
  returns: {
    user_input: 'what was typed',
    delta: 'how many seconds it took',
    stdout: 'how long it took, in words',
    echo: 'the param',
  },
  checkParams,
  async read() {
    return {};
  },
  plan(params) {
    checkParams(params);
    const seconds = params.seconds ?? (params.minutes === undefined ? undefined : params.minutes * 60);
    if (seconds === undefined) return [waitForInput(params.prompt, params.echo)];
    return [waitForTime(seconds, params.prompt)];
  },
  result({ params, outcomes }) {
    const outcome = outcomes[0];
    const seconds = Math.round((outcome?.durationMs ?? 0) / 1000);
    return {
      user_input: outcome?.input ?? '',
      delta: seconds,
      stdout: `Paused for ${seconds} seconds`,
      echo: params.echo,
    };
  },
});

function checkParams(params: {
  readonly seconds?: number | undefined;
  readonly minutes?: number | undefined;
}): void {
  if (params.seconds !== undefined && params.minutes !== undefined) {
    throw new ParamsError('seconds and minutes cannot be given together');
  }
}

const dayMs = 86_400_000;

function waitForInput(prompt: string | undefined, echo: boolean): WaitStep {
  const text = prompt ?? 'Press Enter to continue';
  return {
    kind: 'wait',
    summary: 'wait for Enter',
    until: { kind: 'input', prompt: text, echo },
    timeoutMs: dayMs,
  };
}

function waitForTime(seconds: number, prompt: string | undefined): WaitStep {
  return {
    kind: 'wait',
    summary: prompt ?? `wait ${seconds} seconds`,
    until: { kind: 'time' },
    timeoutMs: seconds * 1000,
  };
}
