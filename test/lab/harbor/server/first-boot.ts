// The administrator's password is taken from the settings once: while the row has no salt.

import { hashPassword, randomText } from './crypto.ts';
import { type Harbor, textSetting } from './harbor.ts';
import { find, sqlTime } from './tables.ts';

/** Sets the first password of user 1; an imported database that has one keeps it. */
export async function firstBoot(harbor: Harbor): Promise<void> {
  const admin = await find(harbor.tables, 'user', { user_id: 1 });
  if (admin === undefined) throw new Error('user id: 1 does not exist');
  if (admin.salt) {
    harbor.log('INFO', 'User id: 1 already has its encrypted password.');
    return;
  }
  const salt = randomText(32);
  const password = await hashPassword(await textSetting(harbor, 'admin_initial_password'), salt);
  await harbor.tables.update('user', { user_id: 1 }, { salt, password, update_time: sqlTime(harbor.now()) });
  harbor.log('INFO', 'User id: 1 updated its encrypted password successfully.');
}
