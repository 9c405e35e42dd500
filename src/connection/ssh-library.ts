// The one place that imports ssh2.
import ssh2 from 'ssh2';

export type {
  AnyAuthMethod,
  ClientChannel as SshChannel,
  IdentityCallback,
  ParsedKey,
  ServerHostKeyAlgorithm,
  SignCallback,
  SigningRequestOptions,
} from 'ssh2';
// Node finds these names in the CommonJS package; `utils` it does not.
export { BaseAgent, Client, createAgent } from 'ssh2';

export const { parseKey } = ssh2.utils;
