export * from './human.ts';
export * from './json.ts';
export * from './live.ts';
export { duration } from './recap.ts';
export * from './style.ts';
