import { CommandError } from '../../model/errors.ts';
import type { SecretsStep } from '../../module/index.ts';
import type { StepContext, StepEnd } from './context.ts';

/** Makes secrets in a vault file of the control node; the values stay inside the loader. */
export async function secretsStep(step: SecretsStep, context: StepContext): Promise<StepEnd> {
  const { makeSecrets } = context.run.options.loader;
  if (!makeSecrets) throw new CommandError('secrets cannot be made without a vault');
  await makeSecrets(step);
  return {};
}
