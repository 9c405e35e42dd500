import { CommandError, type HostAccess } from '../../src/module/index.ts';
import { asText } from './text.ts';

/**
 * The text of a configuration file, or undefined where there is none.
 *
 * @throws CommandError where it is not UTF-8: editing it as text would change other bytes
 */
export async function readConfigText(host: HostAccess, path: string): Promise<string | undefined> {
  const bytes = await host.content(path);
  if (bytes === undefined) return undefined;
  const text = asText(bytes);
  if (text === undefined) throw new CommandError(`${path} is not UTF-8 text`);
  return text;
}
