import type { ConnectionSpec } from './connection.ts';
import { fingerprintOf } from './known-hosts.ts';
import { agentWith, type Identity, loadIdentity, publicKeyOf } from './ssh-identities.ts';
import type { AnyAuthMethod } from './ssh-library.ts';
import type { SshSettings } from './ssh-settings.ts';

/** Ways to log in, tried one after the other, and what became of them. */
export interface LoginAttempts {
  /** The next method, false where none is left. `allowed` is what the server still takes, null = not known yet. */
  next(allowed: readonly string[] | null): Promise<AnyAuthMethod | false>;
  /** What was tried, for the message: `publickey (~/.ssh/id_ed25519), password`. */
  readonly tried: readonly string[];
  /** Keys that could not be used, and why. */
  readonly problems: readonly string[];
  /** What the server would still take. */
  readonly allowed: readonly string[];
  /** Wipes the password: the library keeps what it was given as long as the connection lives. */
  forget(): void;
}

/** Called while a human types, so that the connect deadline does not run meanwhile. */
export type Asking = <T>(answer: Promise<T>) => Promise<T>;

/**
 * Lines up keys named by the user, the agent's keys, the default keys and passwords.
 *
 * A password goes out once only: by `password` where the server has it, else keyboard-interactive.
 */
export function loginAttempts(settings: SshSettings, spec: ConnectionSpec, asking: Asking): LoginAttempts {
  const state: State = { tried: [], problems: [], allowed: [], password: undefined };
  const candidates = lineUp(settings, spec, state, asking);
  return {
    ...{ tried: state.tried, problems: state.problems },
    get allowed() {
      return state.allowed;
    },
    next: async (allowed) => {
      if (allowed !== null) state.allowed = allowed;
      const { value } = await candidates.next();
      return value ?? false;
    },
    forget: () => {
      state.password?.fill(0);
      state.password = undefined;
      // What it holds goes with it.
      candidates.return(undefined).catch(() => undefined);
    },
  };
}

interface State {
  readonly tried: string[];
  readonly problems: string[];
  allowed: readonly string[];
  password: Buffer | undefined;
}

async function* lineUp(
  settings: SshSettings,
  spec: ConnectionSpec,
  state: State,
  asking: Asking,
): AsyncGenerator<AnyAuthMethod, undefined> {
  let sent = 0;
  // Empty = the server has not said yet; everything may be tried.
  const isAllowed = (method: string) => state.allowed.length === 0 || state.allowed.includes(method);
  const explicit = settings.identityFiles.filter((file) => file.isExplicit);
  const byDefault = settings.identityFiles.filter((file) => !file.isExplicit);
  if (settings.methods.publicKey) {
    for await (const method of publicKeys(explicit, settings, spec, state, asking)) {
      if (!isAllowed('publickey')) break;
      sent++;
      yield method;
    }
    if (settings.agent !== undefined && isAllowed('publickey')) {
      sent++;
      yield await agentMethod(settings.agent, settings, state);
    }
    for await (const method of publicKeys(byDefault, settings, spec, state, asking)) {
      if (!isAllowed('publickey')) break;
      sent++;
      yield method;
    }
  }
  // Asks what the server takes.
  if (sent === 0) yield { type: 'none', username: settings.user };
  yield* passwordMethods(settings, spec, state, asking);
  return undefined;
}

async function* publicKeys(
  files: SshSettings['identityFiles'],
  settings: SshSettings,
  spec: ConnectionSpec,
  state: State,
  asking: Asking,
): AsyncGenerator<AnyAuthMethod> {
  for (const file of files) {
    const identity = await asking(loadIdentity(file, spec));
    if (identity === undefined) continue;
    if (hasProblem(identity)) {
      state.problems.push(`${identity.path}: ${identity.problem}`);
      continue;
    }
    state.tried.push(`publickey (${identity.path}, ${fingerprintOf(identity.key.getPublicSSH())})`);
    yield { type: 'publickey', username: settings.user, key: identity.key };
  }
}

function hasProblem(identity: Identity): identity is Extract<Identity, { problem: string }> {
  return 'problem' in identity;
}

async function agentMethod(socket: string, settings: SshSettings, state: State): Promise<AnyAuthMethod> {
  state.tried.push(`publickey (keys of the agent at ${socket})`);
  const wanted = settings.identitiesOnly
    ? await Promise.all(settings.identityFiles.map((file) => publicKeyOf(file.path)))
    : undefined;
  const only = wanted?.filter((key) => key !== undefined);
  return { type: 'agent', username: settings.user, agent: agentWith(socket, only) };
}

async function* passwordMethods(
  settings: SshSettings,
  spec: ConnectionSpec,
  state: State,
  asking: Asking,
): AsyncGenerator<AnyAuthMethod> {
  const { user, methods, host } = settings;
  const method = ['password', 'keyboard-interactive'].find(
    (name) => state.allowed.includes(name) && (name === 'password' ? methods.password : methods.keyboard),
  );
  if (method === undefined) return;
  state.password = asBytes(spec.password ?? (await asking(askPassword(spec, `${user}@${host}`))));
  if (state.password === undefined) {
    state.problems.push('no password is set');
    return;
  }
  state.tried.push(method);
  // The library takes a buffer too, which its types leave out.
  if (method === 'password') yield { type: method, username: user, password: state.password as never };
  else yield { type: 'keyboard-interactive', username: user, prompt: answerOnce(state.password) };
}

function asBytes(text: string | undefined): Buffer | undefined {
  return text === undefined ? undefined : Buffer.from(text);
}

async function askPassword(spec: ConnectionSpec, who: string): Promise<string | undefined> {
  return spec.askSecret?.(`Password of ${who}: `);
}

type Answer = Extract<AnyAuthMethod, { type: 'keyboard-interactive' }>['prompt'];

/** Gives the password to the first question that hides its answer, and nothing to any other. */
function answerOnce(password: Buffer): Answer {
  let isGiven = false;
  return (_name, _instructions, _language, prompts, finish) => {
    const answers = prompts.map((prompt) => {
      if (prompt.echo === true || isGiven) return '';
      isGiven = true;
      return password.toString();
    });
    finish(answers);
  };
}
