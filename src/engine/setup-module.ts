/** Module name of the task that `gather_facts: true` puts before all others. */
export const setupModule = 'setup';
