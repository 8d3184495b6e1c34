/** What a pane's picker offers, and what panes are called. */
import type { Run } from '../../src-shared/contract/domain.ts';
import { runTitle } from '../ui/run-words.ts';
import { keyOf, MAP_NAMES, MAP_WORDS, PICTURE, type MapSource, type PlainSource } from './map-source.ts';

export interface Choice {
  readonly source: PlainSource;
  readonly words: string;
}

export interface ChoiceGroup {
  readonly words: string;
  readonly choices: readonly Choice[];
}

/** Called `words` by the provider of heads or tokens. */
export type NameOf = (source: PlainSource) => string;

/** The title of a pane. Other runs are named by their number. */
export function titleOf(source: MapSource, nameOf: NameOf): string {
  switch (source.kind) {
    case 'picture':
      return 'Picture';
    case 'map': {
      const { title } = MAP_WORDS[source.map];
      return source.run === null ? title : `${title}, run ${source.run}`;
    }
    case 'difference':
      return `${titleOf(source.left, nameOf)} − ${titleOf(source.right, nameOf)}`;
    default:
      return nameOf(source);
  }
}

/** Titles made unique, so that each pane is a landmark of its own. */
export function uniqueTitles(titles: readonly string[]): string[] {
  return titles.map((title, i) => (titles.indexOf(title) === i ? title : `${title} (pane ${i + 1})`));
}

/**
 * The groups of a picker: this run, what providers know of this sample (heads and whole layers, tokens), the other runs. Where one operand of a
 * difference is chosen (`numeric`), picture and labels are left out.
 * @param shown what the picker stands on: offered even when it is in no group
 */
export function choiceGroups(options: {
  readonly shown: PlainSource;
  readonly numeric: boolean;
  readonly runs: readonly Run[];
  /** The run on screen. */
  readonly activeRunId: number | null;
  readonly heads: readonly PlainSource[];
  readonly tokens: readonly PlainSource[];
  readonly nameOf: NameOf;
}): ChoiceGroup[] {
  const { shown, numeric, runs, activeRunId, heads, tokens, nameOf } = options;
  const names = MAP_NAMES.filter((map) => !numeric || map !== 'label');
  const ofRun = (run: number | null): PlainSource[] => names.map((map) => ({ kind: 'map', map, run }));
  const groups: [words: string, sources: readonly PlainSource[]][] = [
    ['This run', numeric ? ofRun(null) : [PICTURE, ...ofRun(null)]],
    ['Heads', heads.filter((one) => one.kind === 'head' && one.head !== null)],
    ['Layers', heads.filter((one) => one.kind === 'head' && one.head === null)],
    ['Tokens', tokens],
    ...runs
      .filter(({ id }) => id !== activeRunId)
      .map((run): [string, readonly PlainSource[]] => [runTitle(run), ofRun(run.id)]),
  ];
  if (!groups.some(([, sources]) => sources.some((one) => keyOf(one) === keyOf(shown)))) {
    groups.push(['Shown now', [shown]]);
  }
  return groups
    .filter(([, sources]) => sources.length > 0)
    .map(([words, sources]) => ({
      words,
      choices: sources.map((source) => ({ source, words: titleOf(source, nameOf) })),
    }));
}
