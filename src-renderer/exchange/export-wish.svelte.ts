/** What a person chose in the export dialog. */
import {
  EXPORT_FORMATS,
  SHARD_MEGABYTES,
  type ExportChoices,
  type ExportFormat,
  type PicturesChoice,
  type ShapeChoice,
} from '../../src-shared/contract/export-formats.ts';

export class ExportWish {
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

  /** As the main side takes it. */
  get choices(): ExportChoices {
    return {
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
