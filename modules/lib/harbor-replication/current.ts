import type { Ping } from '../harbor/api.ts';
import type { Endpoint, Generation, Project, Rule } from '../harbor/model.ts';

/** What the other Harbor says when it is asked from the task's host. */
export type Peer =
  | {
      readonly answers: true;
      readonly generation: Generation;
      readonly readOnly: boolean;
      /** Of the rule's projects, those it does not have or does not show to this user. */
      readonly missing: readonly string[];
    }
  | {
      readonly answers: false;
      readonly problem: string;
      /** It answered that this user, or robot, has no right to look at the projects. */
      readonly isForbidden?: boolean;
    };

/** What `read` found; what was not needed is undefined. */
export interface Current {
  readonly generation: Generation;
  readonly version: string;
  readonly rules: readonly Rule[];
  readonly endpoints: readonly Endpoint[];
  /** Those of the rule's projects that are here. */
  readonly projects: readonly Project[];
  /** How the endpoint answers to what is stored. */
  readonly stored?: Ping | undefined;
  /** How it answers to what is desired. */
  readonly desired?: Ping | undefined;
  readonly peer?: Peer | undefined;
  /** Jobs of rules to remove that are not at their end (1.5). */
  readonly busyJobs: number;
}
