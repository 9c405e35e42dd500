import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { startDelayingProxy } from './delaying-proxy.ts';

test('bytes come late, whole, in order, and the end after them', async () => {
  const echo = createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket));
  echo.listen(0, '127.0.0.1');
  await once(echo, 'listening');
  const address = echo.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const proxy = await startDelayingProxy({
    listen: { host: '127.0.0.1', port: 0 },
    target: { host: '127.0.0.1', port },
    roundTripMs: 30,
  });
  const started = performance.now();
  const client = connect({ host: proxy.host, port: proxy.port, allowHalfOpen: true });
  const said = Array.from({ length: 200 }, (_, index) => `${index};`);
  for (const text of said) client.write(text);
  client.end();
  let heard = '';
  for await (const chunk of client) heard += String(chunk);
  expect(heard).toBe(said.join(''));
  // The handshake's round trip and the echo's; timers may be a millisecond early.
  expect(performance.now() - started).toBeGreaterThan(58);
  await proxy.close();
  echo.close();
});
