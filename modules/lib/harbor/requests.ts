import type { HarborRequests } from './api.ts';
import type { HarborLogin } from './login.ts';
import type { Generation } from './model.ts';
import { requestsOfV1 } from './v1/requests.ts';
import { requestsOfV2 } from './v2/requests.ts';

/** The changes of one generation, as requests with this login. */
export function harborRequests(generation: Generation, login: HarborLogin): HarborRequests {
  return generation === '2' ? requestsOfV2(login) : requestsOfV1(login);
}
