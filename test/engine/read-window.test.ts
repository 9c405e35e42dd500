import { describe, expect, it } from 'vitest';
import type { CompiledTask } from '../../src/engine/compile.ts';
import { ReadWindow } from '../../src/engine/read-window.ts';
import type { TaskTarget } from '../../src/engine/task-target.ts';

const task: CompiledTask = {
  kind: 'task',
  task: {
    kind: 'task',
    id: 't1',
    directory: '/',
    module: 'ping',
    params: {},
    keywords: {},
    position: { file: 'play.yml', line: 1, col: 1 },
  },
  handler: false,
  chain: [],
  tags: new Set(),
  conditions: [],
  notify: [],
  roles: [],
  vars: [],
  sequence: [],
  index: 0,
  section: 0,
  includeDepth: 0,
  includedBy: undefined,
  rescuable: false,
  serial: undefined,
};

/** A window after so many turns that took so long each, milliseconds. */
function windowAfter(turns: number, turnMs: number, firstTurnMs = turnMs): ReadWindow {
  let now = 1_000;
  const window = new ReadWindow(() => now);
  for (let turn = 0; turn < turns; turn++) {
    window.moveTo(task);
    now += turn === 0 ? firstTurnMs : turnMs;
  }
  return window;
}

describe('how far ahead is read', () => {
  it('begins with 100 tasks, and doubles while nothing changes', () => {
    const window = windowAfter(1, 0);
    const sizes = [window.size];
    for (let times = 0; times < 3; times++) {
      window.widen();
      sizes.push(window.size);
    }
    expect(sizes).toEqual([100, 200, 400, 400]);
  });

  it.each([
    ['quick turns', 1, 400],
    ['turns of 10 ms', 10, 150],
    ['turns of 75 ms, as with many hosts', 75, 20],
    ['slow turns', 1_000, 8],
  ])('reaches only as far as %s let the reads be used while they are fresh', (_title, turnMs, size) => {
    const window = windowAfter(20, turnMs);
    for (let times = 0; times < 3; times++) window.widen();
    expect(window.size).toBe(size);
  });

  it.each([
    ['the pace', 75, 20],
    ['a quarter, where the pace does not explain it', 1, 25],
    ['one task at the least', 5_000, 1],
  ])('shrinks to %s where reads grew too old', (_title, turnMs, size) => {
    const window = windowAfter(20, turnMs);
    window.shrink();
    expect(window.size).toBe(size);
  });

  it('does not take the first turn, in which contact is made, for the pace', () => {
    const window = windowAfter(3, 10, 5_000);
    window.widen();
    expect(window.size).toBe(150);
  });
});

describe("users' commands that only look", () => {
  const target = { changes: 0, footprints: [] as undefined[] };
  const aimed = (): ReadWindow => {
    const window = new ReadWindow(() => 0);
    window.aimAt({ target } as unknown as TaskTarget);
    return window;
  };
  /** A change, and how many tasks later they are run ahead again. */
  const tasksUntilCalm = (window: ReadWindow): number => {
    target.changes = target.footprints.push(undefined);
    window.halveIfStale();
    let tasks = 0;
    for (; !window.isCalm; tasks++) window.moveTo(task);
    return tasks;
  };

  it('are run ahead at once, and two tasks after a change', () => {
    const window = aimed();
    expect(window.isCalm).toBe(true);
    expect([tasksUntilCalm(window), tasksUntilCalm(window)]).toEqual([2, 2]);
  });

  it('wait twice as long each time that it was for nothing, up to 64 tasks', () => {
    const window = aimed();
    const waits = Array.from({ length: 7 }, () => {
      window.noteRunAhead();
      return tasksUntilCalm(window);
    });
    expect(waits).toEqual([4, 8, 16, 32, 64, 64, 64]);
  });

  it('wait half as long again where it was of use', () => {
    const window = aimed();
    for (let times = 0; times < 3; times++) {
      window.noteRunAhead();
      tasksUntilCalm(window);
    }
    window.noteRunAhead();
    window.widen();
    window.widen();
    expect(window.isCalm).toBe(true);
    window.widen();
    expect(tasksUntilCalm(window)).toBe(4);
  });
});
