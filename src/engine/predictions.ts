import { posix } from 'node:path';
import type { Need, Prediction, Step } from '../module/index.ts';

type Of<K extends Prediction['kind']> = Extract<Prediction, { kind: K }>;

/** What the simulated steps of a check-mode run would have brought about on one machine. */
export class Predictions {
  readonly paths = new Map<string, Of<'path'>>();
  readonly packages = new Map<string, Of<'package'>>();
  readonly units = new Map<string, Of<'unit'>>();
  readonly users = new Map<string, Of<'user'>>();
  readonly groups = new Map<string, Of<'group'>>();
  readonly mounts = new Map<string, Of<'mount'>>();
  readonly containers = new Map<string, Of<'container'>>();
  readonly others = new Map<string, Of<'other'>>();
  /** How many steps were simulated, those without a prediction included. */
  simulated = 0;

  /** Remembers what a step that is not sent would do. */
  record(step: Step): void {
    this.simulated++;
    for (const prediction of predictionsOf(step)) this.#add(prediction);
  }

  /** The nearest prediction for the path itself or for a folder, link or mount above it. */
  above(path: string): Of<'path'> | Of<'mount'> | undefined {
    for (const folder of ancestors(path)) {
      const found = this.mounts.get(folder) ?? this.paths.get(folder);
      if (found) return found;
    }
    return undefined;
  }

  /** Predicted entries directly in a folder. */
  childrenOf(folder: string): readonly Of<'path'>[] {
    return [...this.paths.values()].filter(
      (prediction) =>
        prediction.path !== folder && posix.dirname(prediction.path) === posix.normalize(folder),
    );
  }

  /** Names of packages that would be installed. */
  get newPackages(): readonly string[] {
    return [...this.packages.values()].filter((entry) => entry.installed).map((entry) => entry.name);
  }

  /** In the user's words, what a need of a read hangs on; undefined = nothing simulated. */
  unmet(need: Need): string | undefined {
    if ('path' in need) return this.#unmetPath(need.path);
    if ('package' in need) return this.packages.has(need.package) ? `package ${need.package}` : undefined;
    if ('unit' in need) return this.#unmetUnit(need.unit);
    if ('container' in need)
      return this.containers.has(need.container) ? `container ${need.container}` : undefined;
    return this.others.has(need.other) ? need.other : undefined;
  }

  #unmetPath(path: string): string | undefined {
    const found = this.paths.get(posix.normalize(path)) ?? this.above(path);
    return found ? `${found.kind === 'mount' ? 'the mount at ' : ''}${found.path}` : undefined;
  }

  #unmetUnit(name: string): string | undefined {
    const found = this.units.get(unitName(name));
    return found ? `unit ${found.name}` : undefined;
  }

  #add(prediction: Prediction): void {
    switch (prediction.kind) {
      case 'path':
        return this.#addPath(prediction);
      case 'package':
        this.packages.set(prediction.name, prediction);
        return;
      case 'unit': {
        const name = unitName(prediction.name);
        this.units.set(name, { ...this.units.get(name), ...prediction, name });
        return;
      }
      case 'user':
        this.users.set(prediction.name, prediction);
        return;
      case 'group':
        this.groups.set(prediction.name, prediction);
        return;
      case 'mount':
        this.mounts.set(posix.normalize(prediction.path), prediction);
        return;
      case 'container':
        this.containers.set(prediction.name, prediction);
        return;
      case 'other':
        this.others.set(prediction.name, prediction);
    }
  }

  #addPath(prediction: Of<'path'>): void {
    const path = posix.normalize(prediction.path);
    if (prediction.type === 'absent') {
      for (const known of this.paths.keys()) if (known.startsWith(`${path}/`)) this.paths.delete(known);
    }
    const before = this.paths.get(path);
    const merged =
      before && before.type === prediction.type
        ? { ...before, ...prediction, path }
        : { ...prediction, path };
    this.paths.set(path, merged);
  }
}

/** systemd's full name of a unit: `ssh` means `ssh.service`. */
export function unitName(name: string): string {
  return name.includes('.') ? name : `${name}.service`;
}

/** What a step declares, and what follows from its kind alone. */
function predictionsOf(step: Step): readonly Prediction[] {
  if (step.predicts) return step.predicts;
  if (step.kind === 'remove') return [{ kind: 'path', path: step.path, type: 'absent' }];
  if (step.kind !== 'put') return [];
  const { path, content, mode, owner, group } = step;
  return [
    {
      kind: 'path',
      path,
      type: 'file',
      content,
      ...(mode === undefined ? {} : { mode }),
      ...(owner === undefined ? {} : { owner }),
      ...(group === undefined ? {} : { group }),
    },
  ];
}

function ancestors(path: string): string[] {
  const found: string[] = [];
  let folder = posix.normalize(path);
  while (folder !== '/' && folder !== '.') {
    found.push(folder);
    folder = posix.dirname(folder);
  }
  return found;
}
