import { ParamsError } from '../../../src/module/index.ts';
import type { EndpointSettings } from './model.ts';

/**
 * An endpoint as a Harbor of either generation gives it back: address with a scheme and without slashes at
 * its end, no empty CA.
 *
 * @throws ParamsError for a scheme that is neither http nor https
 */
export function normalEndpoint(endpoint: EndpointSettings): EndpointSettings {
  const { ca, ...rest } = endpoint;
  const pem = ca?.trim() ?? '';
  return { ...rest, url: normalUrl(endpoint.url), ...(pem === '' ? {} : { ca: pem }) };
}

function normalUrl(given: string): string {
  const [, scheme = 'http', rest = ''] = /^(?:(\w+):\/\/)?(.*?)\/*$/.exec(given.trim()) ?? [];
  if ((scheme === 'http' || scheme === 'https') && rest !== '') return `${scheme}://${rest}`;
  throw new ParamsError(`"${given}" cannot be the address of an endpoint`, { hint: 'https://b.example.com' });
}
