/** What Hugging Face's `datasets` writes about columns into a Parquet file's metadata (`huggingface`). */
import { z } from 'zod';
import type { ParquetFile } from './file.ts';

const schema = z.object({
  info: z.object({
    features: z.record(
      z.string(),
      z
        .looseObject({ _type: z.string().optional(), names: z.array(z.string()).optional().catch(undefined) })
        .catch({}),
    ),
  }),
});

/** Columns by the type of their feature; empty without such metadata, or with others. */
function featuresOf({
  metadata,
}: ParquetFile): Readonly<Record<string, z.output<typeof schema>['info']['features'][string]>> {
  const text = metadata.key_value_metadata?.find(({ key }) => key === 'huggingface')?.value;
  try {
    return schema.parse(JSON.parse(text ?? '')).info.features;
  } catch {
    return {};
  }
}

/** Names of the columns that hold pictures. */
export function imageColumns(file: ParquetFile): string[] {
  return Object.entries(featuresOf(file)).flatMap(([name, { _type }]) => (_type === 'Image' ? [name] : []));
}

/** Of columns that hold classes by number: their names. */
export function classNames(file: ParquetFile): ReadonlyMap<string, readonly string[]> {
  return new Map(
    Object.entries(featuresOf(file)).flatMap(([name, { _type, names }]) =>
      _type === 'ClassLabel' && names ? [[name, names] as const] : [],
    ),
  );
}
