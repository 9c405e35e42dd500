import { existsSync } from 'node:fs';
import { CommandError } from '../../model/errors.ts';
import type { Value } from '../../model/value.ts';
import type { SecretRequest, SecretsStep } from '../../module/index.ts';
import { makeCertificate, makePassword } from '../../util/make-secret.ts';
import { throwFaults } from '../faults.ts';
import type { StepContext, StepEnd } from './context.ts';

/** Makes secrets and writes them, with those that are there already, into a vault file of the control node. */
export async function secretsStep(step: SecretsStep, context: StepContext): Promise<StepEnd> {
  const { loader, redactor } = context.run.options;
  if (!loader.saveVaultFile) throw new CommandError('secrets cannot be kept without a vault');
  const values: Record<string, Value> = { ...(await present(step.localPath, context)) };
  for (const request of step.make) {
    const made = await make(request, values);
    for (const secret of Object.values(made)) redactor.add(secret);
    Object.assign(values, made);
  }
  await loader.saveVaultFile(step.localPath, values);
  return {};
}

async function present(path: string, context: StepContext): Promise<Readonly<Record<string, Value>>> {
  if (!existsSync(path)) return {};
  const { values, faults } = await context.run.options.loader.loadVarsFile(path);
  throwFaults(faults);
  return values;
}

async function make(
  request: SecretRequest,
  values: Readonly<Record<string, Value>>,
): Promise<Readonly<Record<string, string>>> {
  if (request.kind === 'password') {
    return { [request.name]: makePassword(request.length, request.characters) };
  }
  const { certificate, key } = await certificateOf(request, values);
  return { [request.name]: certificate, [`${request.name}_key`]: key };
}

async function certificateOf(
  request: Extract<SecretRequest, { kind: 'certificate' }>,
  values: Readonly<Record<string, Value>>,
): ReturnType<typeof makeCertificate> {
  const { signedBy } = request;
  const authority = signedBy === undefined ? {} : { authority: authorityOf(signedBy, values) };
  try {
    return await makeCertificate({ ...request, ...authority });
  } catch (error) {
    throw new CommandError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function authorityOf(
  name: string,
  values: Readonly<Record<string, Value>>,
): { certificate: string; key: string } {
  const [certificate, key] = [values[name], values[`${name}_key`]];
  if (typeof certificate === 'string' && typeof key === 'string') return { certificate, key };
  throw new CommandError(`there is no authority "${name}" among the secrets`);
}
