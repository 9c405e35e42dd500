import type { MemberRole } from '../model.ts';

/** The roles of 1.5 by their numbers. */
export const roles: Readonly<Partial<Record<MemberRole, number>>> = {
  project_admin: 1,
  developer: 2,
  guest: 3,
};
