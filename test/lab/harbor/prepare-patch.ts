// What makes Harbor 1.5's prepare run under Python 3 and with newer versions of OpenSSL: replacements in its text.
// They fit the real file of tag v1.5.4 and the lab's; applied twice they change nothing.

export interface Replacement {
  readonly regexp: string;
  readonly replace: string;
}

export const PREPARE_PATCH: readonly Replacement[] = [
  { regexp: String.raw`\braw_input\(`, replace: 'input(' },
  {
    regexp: String.raw`map\(string\.strip, storage_provider_config\.split\(","\)\)`,
    replace: '[item.strip() for item in storage_provider_config.split(",")]',
  },
  { regexp: String.raw`\.readfp\(`, replace: '.read_file(' },
  { regexp: 'empty_subj = "/C=/ST=/L=/O=/CN=/"', replace: 'empty_subj = "/"' },
];

/** The patched text. */
export function patchPrepare(text: string): string {
  return PREPARE_PATCH.reduce(
    (patched, { regexp, replace }) => patched.replaceAll(new RegExp(regexp, 'g'), () => replace),
    text,
  );
}
