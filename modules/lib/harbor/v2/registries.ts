import type { Endpoint, EndpointSettings } from '../model.ts';
import { normalEndpoint } from '../normal.ts';
import { type Fields, fields, number, text } from '../shapes.ts';

/** The endpoint in a registry of 2.x; its secret comes back as asterisks, which are left out. */
export function toEndpoint(registry: Fields): Endpoint {
  const settings = normalEndpointOrAsIs({
    name: text(registry['name']),
    url: text(registry['url']),
    username: text(fields(registry['credential'])['access_key']),
    insecure: registry['insecure'] === true,
    ca: text(registry['ca_certificate']),
  });
  return { id: number(registry['id']), ...settings };
}

/** A new registry. */
export function toRegistry(endpoint: EndpointSettings, password: string): Fields {
  const { name, url, username, insecure, ca } = normalEndpoint(endpoint);
  return {
    name,
    url,
    type: 'harbor',
    insecure,
    credential: { type: 'basic', access_key: username, access_secret: password },
    ...(ca === undefined ? {} : { ca_certificate: ca }),
  };
}

/** An update or a ping is flat; a secret that is not there stays as it is. */
export function toFlatRegistry(endpoint: EndpointSettings, password?: string): Fields {
  const { url, username, insecure, ca } = normalEndpoint(endpoint);
  return {
    url,
    insecure,
    credential_type: 'basic',
    access_key: username,
    ...(password === undefined ? {} : { access_secret: password }),
    ca_certificate: ca ?? '',
  };
}

/** Registries of other types have addresses of their own kinds. */
function normalEndpointOrAsIs(endpoint: EndpointSettings): EndpointSettings {
  const { ca: _ca, ...rest } = endpoint;
  return /^https?:\/\//.test(endpoint.url) ? normalEndpoint(endpoint) : rest;
}
