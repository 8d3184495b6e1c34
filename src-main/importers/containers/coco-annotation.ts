/**
 * One annotation of a COCO file: whose it is and the box that it stands for, in pixels with exclusive maxima. The file's `bbox`
 * counts (x, y, width, height); without one, the box around its polygons or its mask.
 */
import { z } from 'zod';
import { expandRle, rleBox, type Rle } from '../../../src-shared/kernels/rle.ts';
import type { SourceXyxy } from '../../../src-shared/kernels/types.ts';
import type { Fields } from '../rows/types.ts';
import { shown } from '../rows/reasons.ts';
import { checked, RowError } from '../rows/row-error.ts';

const id = z.number().int();

export const annotationSchema = z.object({
  id: id.nullish(),
  image_id: z.union([id, z.string().max(500)]),
  category_id: id,
  bbox: z.tuple([z.number(), z.number(), z.number(), z.number()]).nullish(),
  segmentation: z.unknown().optional(),
  iscrowd: z.union([z.number(), z.boolean()]).nullish(),
});

/** Fields that COCO has besides; others are said. */
export const KNOWN_FIELDS: ReadonlySet<string> = new Set([
  ...['id', 'image_id', 'category_id', 'bbox', 'segmentation', 'iscrowd', 'area'],
]);

const polygonsSchema = z.array(z.array(z.number()).min(6)).min(1);

const rleSchema = z.object({
  size: z.tuple([z.number().int().positive(), z.number().int().positive()]),
  counts: z.union([z.string(), z.array(z.number().int().min(0))]),
});

export interface Annotation {
  readonly id: number | null;
  readonly imageId: number | string;
  readonly categoryId: number;
  readonly box: SourceXyxy;
  readonly crowd: boolean;
  readonly outlined: boolean;
}

/** @throws RowError with the annotation's id */
export function annotationOf(fields: Fields): Annotation {
  const plain = asItIs(fields);
  if (plain) return plain;
  const {
    id,
    image_id: imageId,
    category_id: categoryId,
    bbox,
    segmentation,
    iscrowd,
  } = checked(fields, annotationSchema);
  const outlined = hasOutline(segmentation);
  const box = bbox ? boxOf(bbox, id) : outlined ? outlineBox(segmentation, id) : null;
  if (!box) throw new RowError('an annotation has neither bbox nor segmentation', named(id));
  return { id: id ?? null, imageId, categoryId, box, crowd: iscrowd === 1 || iscrowd === true, outlined };
}

/** The plain form, looked at without a schema: a million of them are read. Null: it is for the schema to say. */
function asItIs({
  id,
  image_id: imageId,
  category_id: categoryId,
  bbox,
  segmentation,
  iscrowd,
}: Fields): Annotation | null {
  const whole = Number.isSafeInteger;
  if (!whole(id) || !whole(imageId) || !whole(categoryId) || (iscrowd !== 0 && iscrowd !== undefined))
    return null;
  if (!Array.isArray(bbox) || bbox.length !== 4) return null;
  const [x, y, width, height] = bbox as readonly unknown[];
  if (
    typeof x !== 'number' ||
    typeof y !== 'number' ||
    typeof width !== 'number' ||
    typeof height !== 'number'
  )
    return null;
  if (!(width > 0 && height > 0)) return null;
  return {
    id: id as number,
    imageId: imageId as number,
    categoryId: categoryId as number,
    box: [x, y, x + width, y + height],
    crowd: false,
    outlined: hasOutline(segmentation),
  };
}

function boxOf(bbox: readonly [number, number, number, number], id: number | null | undefined): SourceXyxy {
  const [x, y, width, height] = bbox;
  if (!(width > 0 && height > 0)) {
    throw new RowError('the bbox of an annotation has no width or no height', `${named(id)}: ${shown(bbox)}`);
  }
  return [x, y, x + width, y + height];
}

function hasOutline(segmentation: unknown): boolean {
  if (Array.isArray(segmentation)) return segmentation.length > 0;
  return typeof segmentation === 'object' && segmentation !== null;
}

/** The box around polygons (their corners) or a mask (its pixels). @throws RowError */
export function outlineBox(segmentation: unknown, id: number | null | undefined = null): SourceXyxy {
  if (Array.isArray(segmentation)) {
    const polygons = polygonsSchema.safeParse(segmentation);
    if (!polygons.success || polygons.data.some((flat) => flat.length % 2 !== 0)) {
      throw new RowError('a polygon of an annotation is no list of corners', named(id));
    }
    const box: [number, number, number, number] = [Infinity, Infinity, -Infinity, -Infinity];
    for (const flat of polygons.data) {
      for (let i = 0; i < flat.length; i += 2) {
        box[0] = Math.min(box[0], flat[i]!);
        box[1] = Math.min(box[1], flat[i + 1]!);
        box[2] = Math.max(box[2], flat[i]!);
        box[3] = Math.max(box[3], flat[i + 1]!);
      }
    }
    if (box[0] < box[2] && box[1] < box[3]) return box;
    throw new RowError('the polygons of an annotation have no area', named(id));
  }
  const box = rleBox(maskRuns(segmentation, id));
  if (box) return box;
  throw new RowError('the mask of an annotation is empty', named(id));
}

/** Runs of a mask, compressed or not, that fill its picture exactly. @throws RowError */
function maskRuns(segmentation: unknown, id: number | null | undefined): Rle {
  const wrong = new RowError('the mask of an annotation is no run-length mask of its picture', named(id));
  const parsed = rleSchema.safeParse(segmentation);
  if (!parsed.success) throw wrong;
  const { size, counts } = parsed.data;
  let rle: Rle;
  try {
    rle = typeof counts === 'string' ? expandRle(counts, size) : { size, counts };
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown;
    throw wrong;
  }
  const pixels = rle.counts.reduce((sum, run) => (run < 0 ? NaN : sum + run), 0);
  if (pixels !== size[0] * size[1]) throw wrong;
  return rle;
}

function named(id: number | null | undefined): string {
  return `annotation ${id ?? 'without an id'}`;
}
