/** `\040` and the like, as fstab(5), exports(5) and mountinfo write characters that would part words. */
export function decodeOctal(text: string): string {
  return text.replaceAll(/(?:\\[0-7]{3})+/g, (run) => {
    const codes = run.slice(1).split('\\');
    return Buffer.from(codes.map((code) => Number.parseInt(code, 8))).toString('utf8');
  });
}

/** The opposite, for white space, `#`, quotes and the backslash itself. */
export function encodeOctal(text: string): string {
  return text.replaceAll(
    /[\s#"\\]/g,
    (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`,
  );
}
