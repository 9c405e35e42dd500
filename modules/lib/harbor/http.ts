import {
  CommandError,
  type HostAccess,
  type HttpRequest,
  type HttpResponse,
} from '../../../src/module/index.ts';
import { HarborError, serverMessage } from './error.ts';
import type { HarborLogin } from './login.ts';
import { harborRequest, query } from './request.ts';
import { type Fields, records } from './shapes.ts';

/** Pauses before the second and the third try of a GET, milliseconds. */
const pausesMs = [200, 800];

/** Who an answer was for, and how often it may be asked. */
export interface AskOptions {
  /** Without the login: nothing counts for the lock-out. */
  readonly anonymous?: boolean;
  /** Another user's login. */
  readonly login?: { readonly username: string; readonly password: string };
  /** Never asked again where there was no answer. */
  readonly once?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ListOptions {
  /** The most that the server gives at once. */
  readonly pageSize: number;
  /** Ends the list early: with this page all that matters has come. */
  readonly enough?: (page: readonly Fields[]) => boolean;
  /** A 404 is an empty list. */
  readonly mayBeAbsent?: boolean;
}

/**
 * Asks one Harbor over one host's connection: basic authentication and no cookies, unless a session is
 * given. GET is repeated up to twice where the connection broke or a proxy answered 502, 503 or 504;
 * nothing else ever is.
 */
export class HarborHttp {
  readonly login: HarborLogin;
  readonly #host: HostAccess;
  /** Set once the login is known: whether its user is a system administrator. */
  isAdministrator: boolean | undefined;
  /** Sent with every request where set. */
  cookie: string | undefined;

  constructor(host: HostAccess, login: HarborLogin) {
    this.#host = host;
    this.login = login;
  }

  /**
   * The JSON of a GET.
   *
   * @throws HarborError for any status but 200
   */
  async json(path: string, options: AskOptions = {}): Promise<unknown> {
    const response = await this.ask(path, options);
    if (response.status !== 200) throw this.refusal('GET', path, response);
    return this.parse('GET', path, response);
  }

  /** The same; undefined where the answer is 404. */
  async find(path: string, options: AskOptions = {}): Promise<unknown> {
    const response = await this.ask(path, options);
    if (response.status === 404) return undefined;
    if (response.status !== 200) throw this.refusal('GET', path, response);
    return this.parse('GET', path, response);
  }

  /**
   * Every object of a list, all pages; an empty one where it is `null`.
   *
   * @throws HarborError for any status but 200
   */
  async list(
    path: string,
    values: Readonly<Record<string, string | number | undefined>>,
    options: ListOptions,
  ): Promise<Fields[]> {
    const all: Fields[] = [];
    for (let page = 1; ; page++) {
      const whole = `${path}?${query({ ...values, page, page_size: options.pageSize })}`;
      const response = await this.ask(whole);
      if (response.status === 404 && options.mayBeAbsent === true) return all;
      if (response.status !== 200) throw this.refusal('GET', whole, response);
      const items = records(this.parse('GET', whole, response));
      all.push(...items);
      // A user without rights gets empty pages and yet the total.
      const isLast = items.length === 0 || !hasNext(response, all.length);
      if (isLast || options.enough?.(items) === true) return all;
    }
  }

  /** The answer to a GET, whatever its status. */
  async ask(path: string, options: AskOptions = {}): Promise<HttpResponse> {
    const request = this.#prepare(harborRequest(this.login, 'GET', path), options);
    for (const pause of options.once === true ? [] : pausesMs) {
      try {
        const response = await this.#host.request(request);
        if (![502, 503, 504].includes(response.status)) return response;
      } catch (error) {
        if (!isBroken(error)) throw this.#unreachable(error, 'GET', path);
      }
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
    return this.#once(request, 'GET', path);
  }

  /** A POST that only looks (a ping); sent once, whatever comes. */
  async post(path: string, body: Fields): Promise<HttpResponse> {
    return this.#once(this.#prepare(harborRequest(this.login, 'POST', path, body), {}), 'POST', path);
  }

  /** The value in an answer, which must be JSON. */
  parse(method: string, path: string, response: HttpResponse): unknown {
    try {
      return JSON.parse(response.body.toString('utf8'));
    } catch {
      const message = `${this.login.url}: ${method} ${path} answered ${response.status} with something that is not JSON`;
      throw new HarborError(message, { method, path, status: response.status, hint: 'is this a Harbor?' });
    }
  }

  /** The error for an answer with a status that is not the wanted one. */
  refusal(method: string, path: string, response: HttpResponse): HarborError {
    const { status, statusText } = response;
    const said = this.#masked(serverMessage(response));
    const answered = [`${status} ${statusText}`.trim(), said].filter((part) => part !== '').join(': ');
    const hint = this.#hint(response);
    return new HarborError(`${this.login.url}: ${method} ${path} answered ${answered}`, {
      method,
      path,
      status,
      ...(hint === undefined ? {} : { hint }),
    });
  }

  #prepare(request: HttpRequest, options: AskOptions): HttpRequest {
    const { basicAuth, ...rest } = request;
    const { username: user, password } = options.login ?? this.login;
    const cookie = this.cookie !== undefined && options.login === undefined ? { cookie: this.cookie } : {};
    return {
      ...rest,
      headers: { ...rest.headers, ...options.headers, ...cookie },
      ...(options.anonymous === true ? {} : { basicAuth: { user, password } }),
    };
  }

  async #once(request: HttpRequest, method: string, path: string): Promise<HttpResponse> {
    try {
      return await this.#host.request(request);
    } catch (error) {
      throw this.#unreachable(error, method, path);
    }
  }

  #unreachable(error: unknown, method: string, path: string): unknown {
    // A lost host is for the engine.
    if (!(error instanceof CommandError)) return error;
    const asker = this.login.via === 'direct' ? 'the control node' : this.#host.name;
    const why = error.message.replace(/^[A-Z]+ \S+( \(through the host\))?: /, '');
    const hint = hintOf(why) ?? error.hint;
    const message = `${asker} got no answer from ${this.login.url} (${method} ${path}): ${this.#masked(why)}`;
    return new HarborError(message, { method, path, cause: error, ...(hint === undefined ? {} : { hint }) });
  }

  #hint({ status, headers }: HttpResponse): string | undefined {
    const { username } = this.login;
    const location = headers['location'];
    if (status >= 300 && status < 400 && location !== undefined && URL.canParse(location)) {
      return `it redirects to ${new URL(location).origin}: give that as url`;
    }
    if (status === 403 && this.isAdministrator === false) {
      return `${username} is no system administrator there: ask as one, or give ${username} the right`;
    }
    return undefined;
  }

  #masked(message: string): string {
    const { password } = this.login;
    return password.length < 4 ? message : message.replaceAll(password, '********');
  }
}

/** The total decides: 1.5 sends all users with every page, and yet a `Link` to the next. */
function hasNext({ headers }: HttpResponse, seen: number): boolean {
  const total = headers['x-total-count'];
  return total === undefined ? /rel="next"/.test(headers['link'] ?? '') : Number(total) > seen;
}

function isBroken(error: unknown): boolean {
  return error instanceof CommandError && /ECONNRESET|EPIPE|socket hang up/.test(error.message);
}

function hintOf(why: string): string | undefined {
  if (/certificate|self.signed|altname|unable to verify/i.test(why)) {
    return 'set ca: (PEM text of the CA that signed it), or validate_certs: false where that is acceptable';
  }
  if (/wrong version number|packet length too long|EPROTO/i.test(why)) {
    return 'that port does not speak TLS: is it http:// there?';
  }
  return undefined;
}
