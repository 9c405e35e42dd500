export { type ListedPlay, type ListedTask, listTasks } from './compile-play.ts';
export type { Ask, Loader, RunOptions } from './options.ts';
export { runPlaybooks } from './run.ts';
export { isSelected } from './tags.ts';
