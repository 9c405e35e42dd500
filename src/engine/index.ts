export { type ListedPlay, type ListedTask, listTasks } from './compile-play.ts';
export type { Ask, ConnectDefaults, Loader, RunOptions, RunSummary } from './options.ts';
export { runPlaybooks } from './run.ts';
