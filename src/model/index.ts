export * from './errors.ts';
export * from './event.ts';
export * from './inventory.ts';
export * from './language.ts';
export * from './playbook.ts';
export * from './position.ts';
export * from './result.ts';
export * from './value.ts';
