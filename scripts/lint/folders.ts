/**
 * Layers that are cut into folders, and which folder may import which. Whoever outside may import a layer may import all
 * of its folders; a folder may import what its layer may, and of the other folders only those named here, each for a reason.
 */
import type { Cut } from './layer.ts';

export const KERNELS: Cut = {
  beside: 'below',
  folders: {
    roi: {},
    labels: { roi: 'a label is counted inside its box, and what is derived again has both' },
    measures: {},
    scorers: {},
    calibration: { labels: 'sinks are zeroed in a map as labels are made' },
    pictures: {},
    embeddings: {},
    statistics: {},
    baselines: {},
    outcomes: { scorers: 'an answer is right by a scorer’s rule' },
  },
};

/** The rest of the layer reads one form of model or another, and those know each other. */
export const CHECKPOINT: Cut = {
  beside: 'above',
  folders: {
    files: {},
    keys: {},
    template: { files: 'templates lie in files of JSON, and what they come to has an end' },
    tokenizer: {
      files: 'a tokenizer is files of JSON',
      keys: 'what it does not implement of them is refused',
      template: 'a template gives the text that is cut into tokens',
    },
  },
};

export const PIPELINE: Cut = {
  beside: 'above',
  folders: {
    subject: {},
    labels: { subject: 'maps and crops lie on the grid of what was asked about' },
    passes: {
      subject: 'a forward pass is made of its tokens and pictures',
      labels: 'the second pass looks at the crop that the first one gave',
    },
    baselines: {
      subject: 'a baseline asks the same question about the same picture',
      labels: 'its map has the preset’s box rule, and its crop is any crop',
      passes: 'its answers are decoded as any other',
    },
  },
};

export const STORE: Cut = {
  beside: 'below',
  folders: {
    // What others read of it but which reads nobody's rows but its own.
    backup: {},
    embeddings: {},
    journal: {},
    jobs: {},
    pictures: {},
    proposals: {},
    scores: {},
    search: {},
    outcomes: { scores: 'whether the map is on the truth is a number of the label' },
    datasets: {},
    evaluations: {},
    training: { pictures: 'a label is of one content of its picture' },

    samples: {
      embeddings: 'lists filter by near-duplicates',
      outcomes: 'so does it what became of the answers',
      pictures: 'lists filter by pictures that changed or cannot be shown',
      scores: 'the narrow row that is sorted and counted keeps them',
      search: 'what a sample is found by is written with the sample',
    },
    runs: {
      pictures: 'a label is of one content of its picture',
      samples: 'with another active run samples show other labels',
    },
    predictions: {
      pictures: 'a label is of one content of its picture',
      runs: 'a prediction is of a run',
      samples: 'a prediction is of a sample, whose row shows it',
      scores: 'maps lie beside their prediction and are scored with it',
    },
    reviews: {
      predictions: 'a decision starts from a label',
      samples: 'a decision is of a sample, whose row shows it',
      scores: 'a correction is scored as it is made',
    },
    assignment: {
      reviews: 'a last word is a review',
      samples: 'what is dealt is a filter of samples, whose rows show what came of it',
    },
    batches: {
      pictures: 'nobody decides on a picture unseen',
      samples: 'a batch is drawn from a scope of samples, whose rows show what it decided',
    },
    shown: {
      jobs: 'a run that still works cannot be taken back',
      outcomes: 'its answers are right or wrong',
      pictures: 'whether the picture is still the one of the label',
      predictions: 'what is shown is a prediction',
      proposals: 'beside what others proposed',
      reviews: 'or what was decided',
      runs: 'of a run',
      samples: 'on a sample',
      scores: 'and has numbers',
      training: 'a run is told by the version of the RPN that it was made with',
    },
    merge: {
      predictions: 'a decision comes with the label that it started from',
      runs: 'a prediction is of a run',
      samples: 'rows that show decisions are derived again',
      scores: 'maps come along',
    },
    exchange: { samples: 'an import that is taken back takes its samples along' },
    dashboard: {
      runs: 'the summary names runs',
      samples: 'each number counts by the condition that the list filters by',
    },

    // The files themselves: they know no tables but what an opening needs of them.
    file: {
      backup: 'before a migration the database is copied',
      journal: 'an opening adds what a crash left out',
      search: 'older projects are made ready to be searched; SQL folds text as search does',
    },
    desk: { file: 'a reviewer’s view is a connection of its own' },
    repair: {
      assignment: 'a round that had ended is ended again as any round',
      backup: 'a copy is what a database is restored from',
      file: 'what is built is built and checked as any project',
      journal: 'decisions are replayed from it',
      samples: 'what was removed stays so; rows that show decisions are derived again',
    },
  },
};

export const IMPORTERS: Cut = {
  beside: 'above',
  folders: {
    rows: {},
    pickle: {},
    containers: {
      pickle: 'Python’s files are read by a machine of their own',
      rows: 'what is wrong with a row is said in the words of rows',
    },
    forms: {
      pickle: 'a field may be an array, whose numbers are read there',
      rows: 'fields, pictures and questions are read in one way',
    },
    logs: {
      containers: 'a log is a file of lines',
      rows: 'what is wrong with a line is said in the words of rows',
    },
    beside: {
      containers: 'a second file is JSON of a known kind, found in the same way',
      rows: 'what is wrong with it is said in the words of rows',
    },
  },
};

export const JOBS: Cut = {
  beside: 'below',
  folders: {
    batches: {},
    lease: {},
    measuring: {},
    space: {
      features: 'kept features are counted, and deleted, where they lie',
      pictures: 'so are pictures that came inside files',
    },
    pictures: {},
    presets: {},
    proposals: {},
    removal: { pictures: 'pictures that the project stores go with the last sample that shows them' },
    reviews: {},
    asking: { pictures: 'the engine is asked about the picture that made the prediction, or not at all' },
    import: {
      pictures: 'each picture is looked at',
      presets: 'the demo is imported from what comes with the app',
    },
    datasets: {
      export: 'what an export would write is frozen, and written again',
      pictures: 'pictures are known by their bytes',
    },
    merge: { pictures: 'the same sample is told by the content of its picture' },
    export: { pictures: 'pictures are checked before labels leave' },
    features: {
      asking: 'a model is known by its content',
      lease: 'which errors are of every sample, and how often the engine may die',
      pictures: 'features are of one content of a picture',
    },
    embeddings: { asking: 'a model is known by its content' },
    label: {
      asking: 'a model is known by its content',
      embeddings: 'a picture that is encoded leaves its embedding',
      features: 'what the RPN reads is there, and may be kept',
      lease: 'the job is held while it works',
      pictures: 'each picture is settled before and after',
      presets: 'what is not said is chosen',
      rpn: 'what is not said of the RPN is the active version',
    },
    relabel: {
      asking: 'crops that changed are answered again',
      label: 'one run is worked on by one job at a time, whichever its kind',
      lease: 'the job is held while it works',
    },
    'training-data': { pictures: 'the held-out part shares no picture with the rest' },
    rpn: {
      asking: 'a model is known by its content',
      measuring: 'maps are measured in one way',
      'training-data': 'versions are compared on pictures that neither learned from',
    },
    train: {
      asking: 'a model is known by its content',
      features: 'what the branch reads is computed where it is not kept',
      label: 'model and preset are found as for labelling',
      lease: 'the job is held while it works',
      measuring: 'maps are measured in one way',
      presets: 'what is not said is chosen',
      rpn: 'what comes of it is a version',
      'training-data': 'what is learned from is frozen first',
    },
    calibrate: {
      asking: 'the engine is asked again where it died',
      measuring: 'what is known of a sample, on the maps of a model',
      pictures: 'the picture is looked at before the model is asked about it',
      presets: 'the preset that fits the model is measured beside',
    },
    embed: {
      embeddings: 'what it keeps, and what is there already',
      label: 'the pace of a job is told in one way',
      lease: 'the job is held while it works',
      pictures: 'each picture is settled before and after',
    },
    predict: {
      asking: 'a model is known by its content',
      features: 'an RPN is asked about features',
      label: 'one run is worked on by one job at a time, whichever its kind',
      lease: 'the job is held while it works',
    },
    evaluate: {
      asking: 'a model is known by its content',
      label: 'the pace of a job is told in one way',
      lease: 'the job is held while it works',
      measuring: 'maps are measured in one way',
      pictures: 'each picture is settled before and after',
    },
    queue: {
      embed: 'it shares the engine with labelling',
      label: 'a lane of its own',
      evaluate: 'it shares the engine with labelling',
      lease: 'what a dead process held is taken up',
      predict: 'it shares the engine with labelling',
      relabel: 'a lane of its own',
      train: 'a lane of its own',
    },
  },
};

export const WORKERS: Cut = {
  beside: 'below',
  folders: {
    protocol: {},
    queue: { protocol: 'chunks, runs and results lie in it' },
    pictures: { protocol: 'a chunk says which picture' },
    host: {
      pictures: 'it hands them out',
      protocol: 'it says what is asked, and reads what was found',
      queue: 'it fills and empties it',
    },
    worker: {
      pictures: 'it shows them to the model',
      protocol: 'it reads what is asked, and says what was found',
      queue: 'it takes chunks from it',
    },
  },
};

export const CLI: Cut = {
  beside: 'above',
  folders: {
    frame: {},
    model: { frame: 'every command is made of it' },
    preset: { frame: 'every command is made of it' },
    roi: { frame: 'every command is made of it' },
    rpn: { frame: 'every command is made of it', model: 'sizes are said in the same words' },
  },
};
