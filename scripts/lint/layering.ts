/**
 * Checks the import graph of the source against the table in layers.ts: layers, sole importers of dangerous
 * dependencies, no Node built-ins in what also runs in a page, no cycles; the page's own rules, and how much
 * one folder and one file may hold. Pure: files in, problems out.
 */
import { posix } from 'node:path';
import { importsOf, type Problem } from './imports.ts';
import type { Layer } from './layer.ts';
import { LAYERS, PURE_LAYERS, SOLE_IMPORTERS } from './layers.ts';
import { checkPage } from './page.ts';
import { checkSizes } from './sizes.ts';

export { importsOf, type Problem } from './imports.ts';

/** The layer of a repository path, or null for files outside the table (tests, scripts). */
export function layerOf(file: string, layers: readonly Layer[] = LAYERS): Layer | null {
  let best: Layer | null = null;
  for (const layer of layers) {
    if (file.startsWith(layer.path) && (!best || layer.path.length > best.path.length)) best = layer;
  }
  return best;
}

/**
 * Problems of a set of files.
 * @param files repository path (forward slashes) → text
 */
export function checkLayering(files: ReadonlyMap<string, string>): Problem[] {
  const problems: Problem[] = [];
  const edges = new Map<string, string[]>();

  for (const [file, text] of files) {
    const layer = layerOf(file);
    const targets: string[] = [];
    for (const specifier of importsOf(file, text)) {
      if (!specifier.startsWith('.')) {
        const problem = packageProblem(file, layer, specifier);
        if (problem) problems.push({ file, message: problem });
        continue;
      }
      const target = posix.normalize(posix.join(posix.dirname(file), specifier));
      targets.push(target);
      const targetLayer = layerOf(target);
      if (!layer || !targetLayer || layer === targetLayer || allows(layer, targetLayer)) continue;
      const allowed = layer.imports.length > 0 ? layer.imports.join(', ') : 'nothing but itself';
      problems.push({
        file,
        message: `${layer.name} may not import ${targetLayer.name} (${specifier}); allowed: ${allowed}`,
      });
    }
    edges.set(file, targets);
  }

  for (const cycle of findCycles(edges)) {
    problems.push({ file: cycle[0], message: `import cycle: ${[...cycle, cycle[0]].join(' -> ')}` });
  }
  problems.push(...checkPage(files), ...checkSizes(files));
  return problems;
}

/** A layer that is cut into folders (`store/samples`) is open as a whole to whoever outside may import it. */
export function allows(layer: Layer, target: Layer): boolean {
  if (layer.imports.includes(target.name)) return true;
  const whole = wholeOf(target);
  return whole !== wholeOf(layer) && layer.imports.includes(whole);
}

function wholeOf({ name }: Layer): string {
  return name.split('/')[0];
}

function packageProblem(file: string, layer: Layer | null, specifier: string): string | null {
  const sole = SOLE_IMPORTERS.find(
    ({ dependency }) => specifier === dependency || specifier.startsWith(`${dependency}/`),
  );
  if (layer && sole && !file.startsWith(sole.path)) {
    return `only ${sole.path} may import ${sole.dependency}`;
  }
  if (layer && PURE_LAYERS.includes(wholeOf(layer)) && specifier.startsWith('node:')) {
    return `${layer.name} also runs in a page and may not import ${specifier}`;
  }
  return null;
}

/** Strongly connected components of more than one file (or a file importing itself), each as a list of files. */
function findCycles(edges: ReadonlyMap<string, readonly string[]>): string[][] {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const onStack = new Set<string>();
  const cycles: string[][] = [];

  const visit = (file: string): void => {
    index.set(file, index.size);
    low.set(file, index.get(file)!);
    stack.push(file);
    onStack.add(file);
    for (const target of edges.get(file) ?? []) {
      if (!edges.has(target)) continue;
      if (!index.has(target)) {
        visit(target);
        low.set(file, Math.min(low.get(file)!, low.get(target)!));
      } else if (onStack.has(target)) {
        low.set(file, Math.min(low.get(file)!, index.get(target)!));
      }
    }
    if (low.get(file) !== index.get(file)) return;
    const component: string[] = [];
    let popped: string;
    do {
      popped = stack.pop()!;
      onStack.delete(popped);
      component.push(popped);
    } while (popped !== file);
    if (component.length > 1 || edges.get(file)?.includes(file)) cycles.push(component.reverse());
  };

  for (const file of edges.keys()) if (!index.has(file)) visit(file);
  return cycles;
}
