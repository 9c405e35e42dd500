/** The words of a playbook besides the modules. */
export interface Language {
  /** With what each takes (`text`, `boolean`, `conditions`…) and where it may stand (`play`, `task`…). */
  readonly keywords: readonly {
    readonly name: string;
    readonly kind: string;
    readonly levels: readonly string[];
  }[];
  readonly loopControl: readonly { readonly name: string; readonly kind: string }[];
  /** Keys that only a play has. */
  readonly playKeys: readonly string[];
  /** Values of the keys that take one of a few words. */
  readonly choices: Readonly<Record<string, readonly string[]>>;
  /** Keys of an entry of `vars_prompt`. */
  readonly promptKeys: readonly string[];
  /** Pattern of what may stand before a module's name. */
  readonly collections: string;
}
