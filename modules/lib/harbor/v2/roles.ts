import type { MemberRole } from '../model.ts';

/** The roles of 2.x by their numbers. */
export const roles: Readonly<Record<MemberRole, number>> = {
  project_admin: 1,
  developer: 2,
  guest: 3,
  maintainer: 4,
  limited_guest: 5,
};
