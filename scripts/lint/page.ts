/**
 * Rules of the page's files. The end of a name says what a file may touch: `.ts` is plain (no DOM, no Svelte), `.dom.ts`
 * touches the DOM, `.svelte.ts` holds state, `.svelte` draws; each imports its own kind and those before it, never the
 * other way. `ui` and `canvas` draw for all and are outside of this. A feature's `feature.ts` joins its parts and is for
 * the list of features alone. Pure: files in, problems out.
 */
import { posix } from 'node:path';
import { domNameIn } from './dom-names.ts';
import { importsOf, type Problem } from './imports.ts';

const KINDS = ['plain (.ts)', '.dom.ts', '.svelte.ts', '.svelte'] as const;
const [PLAIN, DOM, STATE, VIEW] = [0, 1, 2, 3] as const;

/** Below the features and above them; not counted. */
const BASE = ['ui', 'canvas', 'shell', 'app', 'style'];
/** Outside of the rule of names. */
const FREE = ['ui', 'canvas'];
/** Files that put parts of every kind together. */
const JOINS = /^src-renderer\/(app\/(main|features)|\w+\/feature)\.ts$/;
/** Other features that one file may know. */
const MOST_FEATURES = 3;

function kindOf(file: string): 0 | 1 | 2 | 3 {
  if (file.endsWith('.svelte')) return VIEW;
  if (file.endsWith('.svelte.ts')) return STATE;
  return file.endsWith('.dom.ts') ? DOM : PLAIN;
}

const folderOf = (file: string): string => file.split('/')[1] ?? '';

/** Problems of the page's files among `files` (repository path → text). */
export function checkPage(files: ReadonlyMap<string, string>): Problem[] {
  const page = new Map([...files].filter(([file]) => file.startsWith('src-renderer/')));
  const problems: Problem[] = [];
  for (const [file, text] of page) {
    const targets = importsOf(file, text);
    const say = (message: string): void => void problems.push({ file, message });
    checkJoins(file, targets, say);
    if (!FREE.includes(folderOf(file)) && !JOINS.test(file)) checkKind(file, text, targets, page, say);
    checkFeatures(file, targets, say);
  }
  return problems;
}

type Say = (message: string) => void;

const within = (file: string, specifier: string): string =>
  posix.normalize(posix.join(posix.dirname(file), specifier));

function checkJoins(file: string, targets: readonly string[], say: Say): void {
  for (const specifier of targets.filter((target) => target.startsWith('.'))) {
    if (JOINS.test(within(file, specifier)) && folderOf(file) !== 'app')
      say(`${specifier} joins the parts of a feature: only app may import it`);
  }
}

function checkKind(
  file: string,
  text: string,
  targets: readonly string[],
  page: ReadonlyMap<string, string>,
  say: Say,
): void {
  const kind = kindOf(file);
  for (const specifier of targets) {
    if (!specifier.startsWith('.')) {
      if (kind < STATE && /(^|[/@])(svelte|konva)(\/|$)/.test(specifier))
        say(`${KINDS[kind]} knows no Svelte and may not import ${specifier}; call the file .svelte.ts`);
      continue;
    }
    const target = within(file, specifier);
    if (!target.startsWith('src-renderer/')) continue;
    if (kindOf(target) > kind) say(`${KINDS[kind]} may not import ${KINDS[kindOf(target)]} (${specifier})`);
    else if (kind === PLAIN && FREE.includes(folderOf(target)) && touchesDom(target, page))
      say(`plain (.ts) may not import what touches the DOM (${specifier}); call the file .dom.ts`);
  }
  const name = kind === PLAIN ? domNameIn(text) : null;
  if (name) say(`plain (.ts) has no DOM, and no ${name}; call the file .dom.ts`);
}

/** Whether a file of `ui` or `canvas`, or what it imports of them, touches the DOM. */
function touchesDom(file: string, page: ReadonlyMap<string, string>): boolean {
  const text = page.get(file);
  if (text === undefined) return false;
  if (domNameIn(text)) return true;
  return importsOf(file, text)
    .filter((specifier) => specifier.startsWith('.'))
    .some((specifier) => touchesDom(within(file, specifier), page));
}

function checkFeatures(file: string, targets: readonly string[], say: Say): void {
  const own = folderOf(file);
  if (BASE.includes(own)) return;
  const others = targets
    .filter((target) => target.startsWith('.'))
    .map((specifier) => within(file, specifier))
    .filter((target) => target.startsWith('src-renderer/'))
    .map(folderOf)
    .filter((folder) => folder !== own && !BASE.includes(folder));
  const known = new Set(others);
  if (known.size > MOST_FEATURES)
    say(
      `knows ${known.size} features besides its own (${[...known].join(', ')}), more than ${MOST_FEATURES}`,
    );
}
