/**
 * An address in a form where equal means the same place. Harbor 1.5 takes one without a scheme for http and
 * keeps the case of the host.
 */
export function normalUrl(url: string): string {
  const trimmed = url.trim().replace(/\/+$/, '');
  const whole = trimmed.includes('://') ? trimmed : `http://${trimmed}`;
  return URL.canParse(whole) ? new URL(whole).href.replace(/\/+$/, '') : whole;
}
