/**
 * The features of the page (`src-renderer/<name>/`) and who may import whom, each arrow with its reason. `app` puts
 * them together and may import them all; `ui`, `canvas` and `shell` are below them and import none.
 */

/** Feature → the features it may import → why. */
export const FEATURES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  queue: {},
  flags: {
    queue: 'flags stand on rows of the list, and act on what is chosen of it',
  },
  tagging: {
    queue: 'tags stand on rows of the list, and are given to what is chosen of it',
    flags: 'a tag is brought to the main side as a flag is',
  },
  judging: {
    queue: 'a verdict is on the sample at hand, whose row shows it',
    flags: 'a verdict is brought to the main side as a flag is',
  },
  editing: {},
  deciding: {
    queue: 'going on follows the list, and rows show what was decided',
    flags: 'what is not saved yet is said in one place',
    tagging: 'the same, and one order of undo for tags and decisions',
    judging: 'verdicts that are not saved yet are said there, too',
    editing: 'what is decided on is the label as it was corrected',
  },
  rejecting: {
    deciding: 'a reason is part of the decision',
  },
  pictures: {
    queue: 'shows the samples whose pictures changed',
    deciding: 'a picture that was found again is shown at once',
  },
  panes: {
    editing: 'panes carry the tools and the cell cursor',
    deciding: 'they show the sample on screen',
    pictures: 'a changed picture is said where it would be',
  },
  recipe: {
    queue: 'a recipe is applied to what the filter lets through',
    editing: 'a trial is told by how it changes the label',
    deciding: 'a trial becomes the label of the sample on screen',
    panes: 'a trial is shown in the panes',
  },
  labelling: {
    queue: 'asks which samples: those of the filter, those chosen',
    recipe: 'says what a preset does in the words of its dials',
  },
  models: {
    labelling: 'a model is there to label with',
    panes: 'shows the runs of two models side by side',
  },
  heads: {
    queue: 'heads are ranked over what the filter lets through',
    deciding: 'heads are those of the sample on screen',
    panes: 'a head is shown in a pane',
    recipe: 'chosen heads make the map of the recipe',
    labelling: 'labels with the heads that were chosen',
  },
  tokens: {
    deciding: 'tokens are those of the sample on screen',
    panes: 'a token’s map is shown in a pane',
    sample: 'answers and timings look as they do in its tab',
  },
  asking: {
    queue: 'a question is added as a sample of the list',
    editing: 'what is hidden from the model are regions of the label',
    deciding: 'asks about the sample on screen',
    panes: 'saves what was found as a file, as panes do',
  },
  sample: {
    queue: 'a sample without details is told by its row',
    flags: 'flags are set beside the question',
    tagging: 'and so are tags',
    judging: 'answers are judged where they stand',
    editing: 'the second look is at a region of the label',
    deciding: 'the history is that of the sample on screen',
    labelling: 'the prompts that samples were labelled with',
    models: 'the rules of the model that labelled it, in the same words',
  },
  batches: {
    queue: 'decides what is chosen of the list',
    deciding: 'one order of undo for single decisions and batches',
    rejecting: 'many are rejected for a reason as one is',
  },
  embeddings: {
    queue: 'the list as dots, and groups of pictures as lists',
  },
  gallery: {
    queue: 'shows the list as pictures',
    embeddings: 'or as a plot',
    flags: 'flags what is chosen',
    tagging: 'tags what is chosen',
    batches: 'decides what is chosen',
    exchange: 'removes what is chosen',
    labelling: 'says which run the pictures show',
  },
  dashboard: {
    queue: 'every number opens the samples it counts',
    deciding: 'the address of what waits to be saved',
    labelling: 'the list of labelling runs',
    exchange: 'takes an import back',
  },
  trying: {
    asking: 'where the model looked is shown as for another question',
    models: 'one of the models there are is asked',
  },
  exchange: {
    queue: 'the list is asked for anew after an import',
    deciding: 'says what is not saved yet, takes decisions handed over',
    pictures: 'pictures that are there already are relinked',
    models: 'a checkpoint that is dropped is added',
    trying: 'a picture that is dropped where no project is open is asked about',
    uploads: 'what a browser brings in is imported',
  },
  train: {},
  uploads: {},
  compare: {
    queue: 'the samples that are compared are opened as a list of the workbench',
    panes: 'fingers move a picture as they do in the panes',
    train: 'versions are made, asked and activated there',
  },
  evaluate: {
    queue: 'measures what the list shows, and every number opens its samples as a list of the workbench',
  },
  reviewers: {
    queue:
      'deals what the list shows or what is chosen of it, and corrects what differs as a list of the workbench',
    compare: 'labels stand side by side as two sides do there',
  },
  steering: {
    queue: 'what failed is opened as a list of the workbench, and a filter is said in its words',
  },
  datasets: {
    queue: 'freezes what the list shows or what is chosen of it, and opens samples that differ',
    exchange: 'samples and splits are chosen as for an export, which writes a version',
  },
  tour: {
    deciding: 'sees decisions, and takes its own back',
    panes: 'sees which maps are compared',
    exchange: 'sees that an export was written',
  },
};
