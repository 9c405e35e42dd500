// The stand-in as a container: settings from the environment, state in /data.

import { readFileSync } from 'node:fs';
import { startHarbor2 } from './harbor2.ts';

const { env } = process;
const pem = (name: string): string | undefined => {
  const file = env[name];
  return file === undefined || file === '' ? undefined : readFileSync(file, 'utf8');
};
const cert = pem('HARBOR_CERT');
const key = pem('HARBOR_KEY');
const pauses = env['HARBOR_RETRY_PAUSES_MS']?.split(',').map(Number);
const harbor = await startHarbor2({
  address: '0.0.0.0',
  port: Number(env['HARBOR_PORT'] ?? (cert === undefined ? 80 : 443)),
  folder: env['HARBOR_DATA'] ?? '/data',
  ...(env['HARBOR_URL'] === undefined ? {} : { url: env['HARBOR_URL'] }),
  ...(env['HARBOR_ADMIN_PASSWORD'] === undefined ? {} : { adminPassword: env['HARBOR_ADMIN_PASSWORD'] }),
  ...(cert === undefined || key === undefined ? {} : { tls: { cert, key } }),
  settings: {
    ...(env['HARBOR_VERSION'] === undefined ? {} : { version: env['HARBOR_VERSION'] }),
    retryPausesMs: pauses ?? [16_000, 32_000],
  },
  onExchange({ request, reply }) {
    const agent = request.headers['user-agent'] ?? '-';
    process.stdout.write(
      `${new Date().toISOString()} ${request.method} ${request.target} ${reply.status} ${agent}\n`,
    );
  },
});
console.log(`Harbor ${harbor.settings.version} at ${harbor.url}`);

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    harbor
      .stop()
      .catch(console.error)
      .finally(() => process.exit(0));
  });
}
