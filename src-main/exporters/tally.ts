/** What a data set was made of, counted while it is written: the card says what is in the files, never what was meant to be. */
import type { Selected } from './select.ts';
import type { ExportRun } from './types.ts';

export interface SplitTally {
  samples: number;
  /** Of its files. */
  bytes: number;
}

export class Tally {
  /** By name, in the order of the alphabet once the writing is over. */
  readonly splits = new Map<string, SplitTally>();
  readonly runs = new Map<number, { readonly run: ExportRun; samples: number }>();
  readonly reviewers = new Map<string, number>();
  readonly states = new Map<string, number>();
  readonly languages = new Map<string, number>();
  readonly pictures = new Set<string>();
  samples = 0;

  add(split: string, { sample }: Selected): void {
    this.samples++;
    const known = this.splits.get(split);
    if (known) known.samples++;
    else this.splits.set(split, { samples: 1, bytes: 0 });
    if (sample.run) {
      const of = this.runs.get(sample.run.id);
      if (of) of.samples++;
      else this.runs.set(sample.run.id, { run: sample.run, samples: 1 });
    }
    count(this.states, sample.state);
    if (sample.review) count(this.reviewers, sample.review.reviewer);
    if (sample.language !== null) count(this.languages, sample.language);
    this.pictures.add(sample.image.name);
  }
}

function count(of: Map<string, number>, value: string): void {
  of.set(value, (of.get(value) ?? 0) + 1);
}
