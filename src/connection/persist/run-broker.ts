import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { serveKeptConnections } from './broker.ts';
import { brokerFolder, brokerSocketPath } from './broker-place.ts';
import { FrameSocket } from './frame-socket.ts';
import {
  type BrokerMessage,
  type KeptConnectionInfo,
  messageOf,
  protocolVersion,
  type RunMessage,
} from './messages.ts';
import { connectTo } from './reach-broker.ts';

/** How long a broker may take for its answer, milliseconds. */
const answerMs = 3_000;

/**
 * Is the broker: returns when the last kept connection has ended.
 *
 * @throws ConnectionError where its folder is not safe
 */
export async function runBroker(): Promise<void> {
  // The run that started this process waits for a word, and closes the pipe then.
  process.stdout.on('error', () => undefined);
  await serveKeptConnections(brokerSocketPath(), () => process.stdout.write('ready\n'));
}

/**
 * The kept connections of this user.
 *
 * @throws ConnectionError where the folder of the brokers is not safe
 */
export async function listKeptConnections(): Promise<KeptConnectionInfo[]> {
  const answers = await askBrokers({ kind: 'list' });
  return answers.flatMap((answer) => (answer.kind === 'list' ? answer.connections : []));
}

/**
 * Ends the kept connections that no run uses right now; returns how many.
 *
 * @throws ConnectionError where the folder of the brokers is not safe
 */
export async function endKeptConnections(): Promise<number> {
  const answers = await askBrokers({ kind: 'end' });
  return answers.reduce((sum, answer) => sum + (answer.kind === 'ended' ? answer.count : 0), 0);
}

/** Those of other builds of the program as well, as far as they speak the same language. */
async function askBrokers(question: RunMessage): Promise<BrokerMessage[]> {
  const folder = brokerFolder();
  const sockets = readdirSync(folder).filter((name) => name.endsWith('.sock'));
  const answers = await Promise.all(sockets.map((name) => askBroker(join(folder, name), question)));
  return answers.filter((answer) => answer !== undefined);
}

async function askBroker(path: string, question: RunMessage): Promise<BrokerMessage | undefined> {
  const socket = await connectTo(path);
  if (!socket) return undefined;
  return new Promise((resolve) => {
    const timer = setTimeout(() => socket.destroy(), answerMs);
    const frames = new FrameSocket(
      socket,
      (frame) => {
        const message = messageOf<BrokerMessage>(frame);
        if (message.kind !== 'hello') {
          resolve(message);
          frames.end().catch(() => undefined);
        } else if (message.protocol === protocolVersion) frames.sendControl(question);
        else frames.destroy();
      },
      () => {
        clearTimeout(timer);
        resolve(undefined);
      },
    );
  });
}
