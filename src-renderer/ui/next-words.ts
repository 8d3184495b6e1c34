/**
 * What to do next, as the page can do it. Errors come from a main side that serves the command line, too, and some name its
 * commands and options; here the same step has a button or a choice. `test/renderer/ui/next-words.test.ts` goes through
 * every such text of the main side.
 */

/** Steps that no button takes: to name the command is the best that the page can do. */
export const ONLY_THERE = /fovea (?:doctor --repair|restore|relink|serve)\b|--queue\b/;

/** In this order; what is put in may be changed by a later one. */
const RULES: readonly (readonly [said: RegExp, here: string])[] = [
  [/^Say which with --questions: /, 'Name the questions file that it is about: '],
  [/ \(fovea pictures [^)]*\)/, ''],
  [/^Go on with: fovea label .*/, 'Label again: what was done is kept'],
  [/^Run fovea doctor, then label again/, 'Label again'],
  [
    /Give the folder that holds project\.db, or make one with fovea demo or fovea import/,
    'Give the folder that holds project.db, or make a project or the demo here',
  ],
  [/; fovea export --replace replaces it/, ''],
  [/ \(fovea label\)/, ''],
  [/^List the presets \(fovea preset list\) and name one \(--preset\)/, 'Choose one of the presets'],
  [/: fovea model add DIR/, ' (Models, Add folder…)'],
  [/^fovea model list shows their names/, 'The Models page shows their names'],
  [/a name that fovea model list shows/, 'a name of the Models page'],
  [/Download it with: fovea model download (\S+)/, 'Download $1 on the Models page (Download…)'],
  [
    /(Download the one of the vision tower) with: fovea model download (\S+)/,
    '$1, $2, on the Models page (Download…)',
  ],
  [/,? ?(?:or )?with fovea model download/, ', or on the Models page (Download…)'],
  [/Download it \(fovea model download (\S+)\)/, 'Download $1 on the Models page (Download…)'],
  [/fovea model download (\S+)(?: --revision (\S+))?/, 'Models, Download…: $1 $2'],
  [/: fovea label PROJECT --model BASE --rpn (.+)/, ': choose the base as model and $1 as its RPN'],
  [/as --model, this as --adapter/, 'as model, this as adapter'],
  [/(?:G|g)ive both: --model BASE --adapter (\S+)/, 'choose the base as model and $1 as adapter'],
  [/: --model BASE --adapter ADAPTER/, ', with the adapter on it'],
  [/^Import decisions with fovea review --apply/, 'Decisions are made here, on the review page'],
  [/--boxes (\w+)/g, 'truth boxes as $1'],
  [/--turns (\w+)/g, 'only the $1 turn'],
  [/or start Fovea with --allow and that folder/, 'or start Fovea so that this folder is allowed'],
  [/: --new-rpn K,T$/, ''],
  [/: --keep-features=20$/, ', such as 20'],
  [/: --keep-features=GB$/, ' (Keep features, where samples are labelled)'],
  [/^Run fovea doctor, then do it again/, 'Do it again'],
  [/ \(fovea features [^)]*\)/, ''],
  [/: fovea (?:label|rpn predict) .+ --(?:rpn|model) .+/, ''],
  [/: fovea rpn activate .+/, ' (Train, Versions of the RPN)'],
  [/with fovea rpn list PROJECT/, 'on the Train page'],
  [/ \(without --truth\)/, ''],
  [/as --new-rpn /, 'as '],
  [/--loss bce/, 'cross-entropy as loss'],
  [/ \(Try again on the Train page, or fovea train .+ --resume\)/, ' (Try again)'],
  [/ \(--[a-z][^)]*\)/g, ''],
  [/--device cpu/g, 'the CPU'],
  [/--precision ([a-z0-9-]+)/g, '$1 weights'],
];

/** The next step of an error in the words of the page; null where there is none. */
export function nextInPage(next: string | null): string | null {
  if (next === null) return null;
  const words = RULES.reduce((text, [said, here]) => text.replace(said, here), next);
  return words.charAt(0).toUpperCase() + words.slice(1);
}
