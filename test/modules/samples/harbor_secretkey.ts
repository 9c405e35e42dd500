import { createCipheriv } from 'node:crypto';
import type { ModuleSample } from '../../support/module-sample.ts';

const key = 'Sample0123456789';
const iv = Buffer.alloc(16, 7);
const cipher = createCipheriv('aes-128-cfb', Buffer.from(key), iv);
const body = Buffer.concat([iv, cipher.update('a password of some length'), cipher.final()]);
const values = [{ place: 'properties.email_password', value: `<enc-v1>${body.toString('base64')}` }];

export const samples: readonly ModuleSample[] = [
  { params: { secretkey: key, container: 'db' }, current: { values: [] }, converged: { values } },
];
