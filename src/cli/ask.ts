import type { Ask } from '../engine/index.ts';
import { MooringError } from '../model/errors.ts';
import type { VarsPrompt } from '../model/playbook.ts';
import { askLine, askSecret } from './terminal.ts';

/** Lets the engine ask people on the terminal. @param step ask before each task too (`--step`) */
export function createAsk(step: boolean): Ask {
  return {
    secret: askSecret,
    line: askLine,
    variable: async (prompt) => {
      if (!process.stdin.isTTY) return withoutTerminal(prompt);
      const text = `${prompt.prompt}${prompt.default === undefined ? '' : ` [${String(prompt.default)}]`}: `;
      const answer = await askLine(text, !prompt.private);
      if (prompt.confirm && (await askLine(`confirm ${text}`, !prompt.private)) !== answer) {
        throw new MooringError(`the two answers for "${prompt.name}" differ`);
      }
      return answer === '' && prompt.default !== undefined ? String(prompt.default) : answer;
    },
    ...(step ? { step: askStep } : {}),
  };
}

/** As Ansible does where nobody can be asked; an empty answer means the default. */
function withoutTerminal(prompt: VarsPrompt): string {
  if (prompt.default !== undefined) return '';
  throw new MooringError(`cannot ask for "${prompt.name}": there is no terminal`, {
    hint: `Give it with -e ${prompt.name}=…, or with -e @FILE where it is a secret.`,
  });
}

async function askStep(task: { readonly name: string }): Promise<'run' | 'skip' | 'continue'> {
  const answer = (await askLine(`Perform task: ${task.name} (N)o/(y)es/(c)ontinue: `)).trim().toLowerCase();
  if (answer.startsWith('c')) return 'continue';
  return answer.startsWith('y') ? 'run' : 'skip';
}
