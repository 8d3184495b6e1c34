/**
 * Which modules `adapter_config.json` means: PEFT makes matrices for those and drops whatever else the file holds, so a
 * file that holds more says something else than it does (`check_target_module_exists` of PEFT's tuners).
 */
import { compiled } from './pattern.ts';

export interface Targets {
  /** Ends of paths, or one pattern of whole paths; null: not said. */
  readonly modules: readonly string[] | string | null;
  readonly excluded: readonly string[] | string | null;
  /** Only modules inside layers of these numbers; null: all. */
  readonly layers: readonly number[] | null;
}

/** Stands for all linear layers. */
const ALL = 'all-linear';

/** Why PEFT would leave a module's matrices out; null when it would not, or the pattern cannot be read here as Python does. */
export function leftOut({ modules, excluded, layers }: Targets, path: string): string | null {
  if (excluded !== null && names(excluded, path) === true) return 'exclude_modules leaves it out';
  if (modules !== null && modules !== ALL && names(modules, path) === false) {
    return 'target_modules does not name it';
  }
  if (layers === null || layers.length === 0 || typeof modules === 'string') return null;
  const index = /^.*\.[^.]*\.(\d+)\./.exec(`.${path}`)?.[1];
  return index !== undefined && layers.includes(Number(index)) ? null : 'layers_to_transform leaves it out';
}

/** Null: not known. */
function names(given: readonly string[] | string, path: string): boolean | null {
  if (typeof given !== 'string') return given.some((name) => path === name || path.endsWith(`.${name}`));
  return compiled(given)?.test(path) ?? null;
}
