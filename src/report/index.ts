export * from './human.ts';
export * from './json.ts';
export * from './live.ts';
export * from './sarif.ts';
export * from './style.ts';
