/** What a person chose in the export dialog. */
import {
  EXPORT_FORMATS,
  SHARD_MEGABYTES,
  type ExportChoices,
  type ExportFormat,
  type PicturesChoice,
  type ShapeChoice,
  type SplitWish,
} from '../../src-shared/contract/export-formats.ts';

import type { SampleSort } from '../../src-shared/contract/procedures.ts';

/** Which samples are meant. */
export type ExportOf = 'all' | 'filter' | 'selection';

export class ExportWish {
  of = $state<ExportOf>('all');
  splitAnew = $state(false);
  shares = $state({ train: 80, val: 10, test: 10 });
  splitBy = $state<SplitWish['by']>('none');
  seed = $state(0);
  format = $state<ExportFormat>('jsonl');
  includeUnreviewed = $state(false);
  auditAsked = $state(false);
  picturesAsked = $state<PicturesChoice | null>(null);
  shapeAsked = $state<ShapeChoice | null>(null);
  maskValues = $state<ExportChoices['maskValues']>('full');
  maskIgnoreApart = $state(false);
  shardMegabytes = $state(SHARD_MEGABYTES);
  licence = $state('');

  readonly facts = $derived(EXPORT_FORMATS[this.format]);
  /** Rejected samples and all that was decided before. */
  readonly audit = $derived(
    this.facts.audit === 'always' || (this.facts.audit === 'asked' && this.auditAsked),
  );
  readonly pictures = $derived(
    this.picturesAsked !== null && this.facts.pictures.includes(this.picturesAsked)
      ? this.picturesAsked
      : this.facts.pictures[0],
  );

  readonly shape = $derived(
    this.shapeAsked !== null && this.facts.shapes.includes(this.shapeAsked)
      ? this.shapeAsked
      : (this.facts.shapes[0] ?? null),
  );

  readonly splits = $derived<SplitWish | null>(
    this.splitAnew ? { shares: { ...this.shares }, seed: this.seed, by: this.splitBy } : null,
  );

  /** As the main side takes it. @param scope what of the list is meant; null: all @param sort the list's, in which that is written */
  choices(scope: ExportChoices['scope'], sort: SampleSort): ExportChoices {
    return {
      scope,
      sort: scope === null ? null : sort,
      splits: this.splits,
      includeUnreviewed: this.includeUnreviewed,
      audit: this.audit,
      pictures: this.pictures,
      shape: this.shape,
      maskValues: this.maskValues,
      maskIgnore: this.maskIgnoreApart ? 'apart' : 'background',
      shardMegabytes: this.shardMegabytes,
      licence: this.licence.trim() === '' ? null : this.licence.trim(),
    };
  }
}
