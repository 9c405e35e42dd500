import type { LoopForm } from './loop-form.ts';
import type { Position } from './position.ts';
import type { Value, ValueMap } from './value.ts';

/** A keyword whose value may still be a template; rendered when the task's turn comes. */
export type Templated<T> = T | string;

/** Keywords that plays, blocks and tasks share; inner ones win unless noted. Values as written. */
export interface CommonKeywords {
  readonly name?: string;
  readonly vars?: ValueMap;
  /** Joined with those of the outer levels. */
  readonly tags?: readonly string[];
  /** All conditions of all outer levels must hold. */
  readonly when?: readonly Condition[];
  readonly become?: Templated<boolean>;
  readonly becomeUser?: string;
  readonly becomeMethod?: string;
  readonly connection?: string;
  readonly remoteUser?: string;
  readonly port?: Templated<number>;
  /** Merged with the outer levels', inner keys win. */
  readonly environment?: ValueMap | string;
  readonly noLog?: Templated<boolean>;
  readonly runOnce?: Templated<boolean>;
  readonly ignoreErrors?: Templated<boolean>;
  readonly ignoreUnreachable?: Templated<boolean>;
  readonly checkMode?: Templated<boolean>;
  readonly diff?: Templated<boolean>;
  readonly anyErrorsFatal?: Templated<boolean>;
  readonly throttle?: Templated<number>;
  /** Seconds. */
  readonly timeout?: Templated<number>;
  readonly moduleDefaults?: ValueMap;
  readonly delegateTo?: string;
  /** Facts and variables that the task sets are the delegate's. */
  readonly delegateFacts?: Templated<boolean>;
  /**
   * On roles, blocks and tasks: it is done on so many hosts at a time, numbers or `"30%"`, and stops where it
   * fails. A play has its own.
   */
  readonly serial?: Sizes;
  readonly notify?: readonly string[];
}

/** Numbers of hosts, or percentages such as `"30%"`; the last one is used again until no host is left. */
export type Sizes = readonly (number | string)[];

/** One expression of `when`, `until`, `changed_when`, `failed_when` or `assert.that`, with its place. */
export interface Condition {
  readonly expression: string | boolean;
  readonly position: Position;
}

export interface LoopControl {
  readonly loopVar?: string;
  readonly indexVar?: string;
  readonly label?: string;
  /** Seconds between two items. */
  readonly pause?: Templated<number>;
  readonly extended?: boolean;
  /** `ansible_loop.allitems` is there; default true. */
  readonly extendedAllitems?: boolean;
  /** After an item for which all hold, no further one has its turn. */
  readonly breakWhen?: readonly Condition[];
}

export interface TaskKeywords extends CommonKeywords {
  /** The list, or a template that gives it; with `loopForm`, what its items are made of. */
  readonly loop?: Value;
  readonly loopForm?: LoopForm;
  readonly loopControl?: LoopControl;
  readonly register?: string;
  readonly until?: readonly Condition[];
  readonly retries?: Templated<number>;
  /** Seconds. */
  readonly delay?: Templated<number>;
  /** Seconds its command may take, on the host and without the task waiting in the connection. */
  readonly async?: Templated<number>;
  /** Seconds between two looks at it; 0 = it is not waited for. */
  readonly poll?: Templated<number>;
  readonly changedWhen?: readonly Condition[];
  readonly failedWhen?: readonly Condition[];
  /** Handlers only: topics besides its name. */
  readonly listen?: readonly string[];
}

/** One module call with its keywords. `include_tasks`, `meta` and the like are tasks as well. */
export interface Task {
  readonly kind: 'task';
  /** Unique in the run: `file:line:col`, with a suffix where the same file was imported twice. */
  readonly id: string;
  readonly module: string;
  /** As written: templates are not rendered yet. */
  readonly params: ValueMap;
  readonly keywords: TaskKeywords;
  /** Of an include: keywords that stand around what it brings in, like those of a block. */
  readonly apply?: CommonKeywords;
  readonly position: Position;
  /** Directory of the file it is written in: relative local files are looked for here first. */
  readonly directory: string;
}

/** Variables of one level with Ansible's precedence number. */
export interface VarsLevel {
  readonly level: number;
  readonly origin: string;
  readonly values: ValueMap;
  /** False where the values are data already (loop items handed to included tasks). */
  readonly templated: boolean;
}

/** A role and where it is. */
export interface RolePlace {
  readonly name: string;
  /** Absolute directory: `files/`, `templates/`, `vars/` and `tasks/` are looked for in it. */
  readonly path: string;
}

/** What a role is for the tasks of one call of it: a scope of variables, and folders for files. */
export interface Role extends RolePlace {
  /** The same for calls that ask for the same: but for the first such a call does nothing. */
  readonly identity: string;
  readonly allowDuplicates: boolean;
  /** Brought in by another role's meta/main.yml. */
  readonly isDependency: boolean;
  /** The other tasks of the play see its defaults and vars, too. */
  readonly isPublic: boolean;
  /** What its tasks see besides what is around them, lowest precedence first. */
  readonly vars: readonly VarsLevel[];
  readonly handlers: readonly TaskNode[];
}

/**
 * `block:` with `rescue:` and `always:`; `import_tasks` and the calls of roles become blocks that carry
 * their keywords.
 */
export interface Block {
  readonly kind: 'block';
  readonly id: string;
  readonly keywords: CommonKeywords;
  /** The tasks inside are those of a role. */
  readonly role?: Role;
  readonly tasks: readonly TaskNode[];
  readonly rescue: readonly TaskNode[];
  readonly always: readonly TaskNode[];
  readonly position: Position;
}

export type TaskNode = Task | Block;

export interface VarsPrompt {
  readonly name: string;
  readonly prompt: string;
  readonly default?: Value;
  readonly private: boolean;
  readonly confirm: boolean;
}

export interface Play {
  readonly kind: 'play';
  readonly id: string;
  /** Host pattern as written; may hold templates over extra vars. */
  readonly hosts: string;
  readonly keywords: CommonKeywords;
  readonly gatherFacts?: Templated<boolean>;
  /** Paths as written, each with its place; looked for next to the playbook. */
  readonly varsFiles: readonly VarsFile[];
  /** `defaults_files:`, our own: like vars_files, but every other source of variables wins over them. */
  readonly defaultsFiles?: readonly VarsFile[];
  readonly varsPrompt: readonly VarsPrompt[];
  readonly preTasks: readonly TaskNode[];
  readonly tasks: readonly TaskNode[];
  readonly postTasks: readonly TaskNode[];
  /** Those of its roles come first. */
  readonly handlers: readonly TaskNode[];
  /** Batch sizes: numbers or `"30%"`; empty = all hosts at once. */
  readonly serial: Sizes;
  readonly maxFailPercentage?: Templated<number>;
  readonly strategy: 'linear' | 'free' | 'host_pinned';
  readonly order: 'inventory' | 'reverse_inventory' | 'sorted' | 'reverse_sorted' | 'shuffle';
  readonly forceHandlers?: Templated<boolean>;
  readonly position: Position;
  readonly directory: string;
}

export interface VarsFile {
  readonly path: string;
  readonly position: Position;
  /** Parsed at load where the path has no templates; undefined = loaded when its variables are known. */
  readonly values?: ValueMap;
}

/** Plays that do not depend on each other and run at the same time. */
export interface Parallel {
  readonly kind: 'parallel';
  readonly id: string;
  readonly name?: string;
  readonly plays: readonly Play[];
  readonly position: Position;
}

/** A playbook with every `import_*` already resolved. */
export interface Playbook {
  readonly file: string;
  readonly directory: string;
  readonly entries: readonly (Play | Parallel)[];
}
