/**
 * Contractions that VQA's answers are written with (EvalAI's table, which lmms-eval and VLMEvalKit both have): words without
 * all of their apostrophes, and how they are written then. Its entries with a capital are left out: no lower-case word is one.
 */

/** Known by being written without any apostrophe. */
const PLAIN =
  "'twas ain't aren't can't could've couldn't didn't doesn't don't hadn't hasn't haven't he'd he's " +
  "how'd how'll how's isn't it'd it'll ma'am might've mightn't must've mustn't needn't not've o'clock " +
  "oughtn't shan't should've shouldn't somebody'll somebody's someone'd someone'll someone's " +
  "something'd something'll that's there'd there're there's they'd they'll they're they've wasn't we've " +
  "weren't what'll what're what's what've when's where'd where's where've who'd who'll who's who've " +
  "why'll why're why's won't would've wouldn't y'all you'd you'll you're you've";

/** Known by other ways of writing them, of which some are odd: `somebody'd` loses its apostrophe. */
const ODD: readonly (readonly [string, string])[] = [
  ["'ow's'at", "ow's'at 'ows'at 'ow'sat"],
  ["couldn't've", "couldn'tve couldnt've"],
  ["hadn't've", "hadnt've hadn'tve"],
  ["he'd've", "hed've he'dve"],
  ["it'd've", "itd've it'dve"],
  ["mightn't've", "mightnt've mightn'tve"],
  ["she'd've", "shed've she'dve"],
  ["shouldn't've", "shouldnt've shouldn'tve"],
  ["somebody'd've", "somebodyd've somebody'dve"],
  ['somebodyd', "somebody'd"],
  ["someone'd've", "someoned've someone'dve"],
  ["something'd've", "somethingd've something'dve"],
  ["there'd've", "thered've there'dve"],
  ["they'd've", "theyd've they'dve"],
  ["we'd've", "wed've we'dve"],
  ["who'd've", "whod've who'dve"],
  ["wouldn't've", "wouldnt've wouldn'tve"],
  ["y'all'd've", "yall'd've y'alld've y'all'dve"],
  ["y'all'll", "yall'll y'allll"],
  ["you'd've", "youd've you'dve"],
];

export const CONTRACTIONS: ReadonlyMap<string, string> = new Map([
  ...PLAIN.split(' ').map((word) => [word.replaceAll("'", ''), word] as const),
  ...ODD.flatMap(([word, ways]) => ways.split(' ').map((way) => [way, word] as const)),
]);
