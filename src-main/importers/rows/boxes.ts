/**
 * Truth boxes as data sets write them, into source pixels: xyxy with exclusive maxima. What a box means is said, never
 * guessed: one that cannot be pixels of its picture is refused, with what it might be.
 */
import type { BoxForm } from '../../../src-shared/contract/procedures.ts';
import type { SourceXyxy } from '../../../src-shared/kernels/types.ts';
import type { RowReason } from './reasons.ts';
import { shown } from './reasons.ts';
import { CORRECT, RowError } from './row-error.ts';
import type { ImportItem, ImportRecord } from './types.ts';

type Four = readonly [number, number, number, number];

const CUT: Omit<RowReason, 'value'> = {
  message: 'a box reached up to a pixel outside its picture and was cut there',
  next: null,
};
/** Rounding in other programs; more is another picture, or another unit. */
const OUTSIDE_PIXELS = 1;
const SCALE_MOST = { unit: 1, thousand: 1000 } as const;

/**
 * Corners with an area, in the unit of the file.
 * @param form null: not said, read as pixels
 * @throws RowError
 */
export function cornersOf(boxes: readonly Four[], form: BoxForm | null): SourceXyxy[] {
  return boxes.map((box) => {
    const [a, b, c, d] = box;
    const corners: SourceXyxy = form === 'xywh' ? [a, b, a + c, b + d] : box;
    const [x0, y0, x1, y1] = corners;
    if (x0 < x1 && y0 < y1) return corners;
    if (form === 'xywh') throw new RowError('boxes: a box has no width or no height', shown(box));
    throw new RowError(
      'boxes: a box is [x0, y0, x1, y1] with x0 < x1 and y0 < y1',
      shown(box),
      `${CORRECT}; boxes written as x, y, width, height are read where that is said when importing (--boxes xywh)`,
    );
  });
}

/**
 * Boxes of one sample in pixels of its picture.
 * @param boxes from {@link cornersOf}
 * @param size width and height of the picture as stored
 * @param form null: not said; then boxes that look like fractions of the picture are refused
 * @throws RowError for a box that is not in the picture
 */
export function boxesInPicture(
  boxes: readonly SourceXyxy[],
  size: readonly [width: number, height: number],
  form: BoxForm | null,
): { readonly boxes: readonly SourceXyxy[]; readonly notes: readonly RowReason[] } {
  if (boxes.length === 0) return { boxes, notes: [] };
  if (form === 'unit' || form === 'thousand') return { boxes: scaled(boxes, size, form), notes: [] };
  if (form === null && boxes.every((box) => box.every((value) => value >= 0 && value <= 1))) {
    throw new RowError(
      'boxes: they look like fractions of the picture (0…1), not like pixels',
      shown(boxes[0]),
      'Say which when importing: fractions of the picture (--boxes unit), or pixels whatever they look like (--boxes pixels)',
    );
  }
  if (boxes.every((box) => isIn(box, size))) return { boxes, notes: [] };
  const notes: RowReason[] = [];
  const inside = boxes.map((box) => {
    const cut = clipped(box, size);
    const excess = Math.max(...box.map((value, i) => Math.abs(value - cut[i]!)));
    if (excess > OUTSIDE_PIXELS || cut[0] >= cut[2] || cut[1] >= cut[3])
      throw outside(boxes, box, size, form);
    if (excess > 0) notes.push({ ...CUT, value: `${shown(box)} of ${size.join('×')}` });
    return cut;
  });
  return { boxes: inside, notes: notes.slice(0, 1) };
}

/** A question with its boxes in pixels of its picture, or why it does not go in. */
export function inPicture<Picture>(
  item: ImportItem<Picture> & { readonly ok: true },
  size: readonly [width: number, height: number],
  form: BoxForm | null,
): ImportItem<Picture> {
  const { line, row, form: rowForm, record } = item;
  if (record.truthBoxes.length === 0) return item;
  try {
    requireSize(record.pictureSize, size);
    const { boxes, notes } = boxesInPicture(record.truthBoxes, size, record.boxForm ?? form);
    if (boxes === record.truthBoxes && notes.length === 0) return item;
    return { ...item, record: { ...record, truthBoxes: boxes }, notes: [...item.notes, ...notes] };
  } catch (thrown) {
    if (thrown instanceof RowError) return { ok: false, line, row, form: rowForm, problem: thrown.reason };
    throw thrown;
  }
}

/** Boxes in pixels of a picture of another size lie in the wrong places. */
function requireSize(said: ImportRecord['pictureSize'], size: readonly [number, number]): void {
  if (!said || (said[0] === size[0] && said[1] === size[1])) return;
  throw new RowError(
    'the picture has another size than the file says, so its boxes do not fit',
    `${said.join('×')} in the file, ${size.join('×')} in the picture`,
    'Import the pictures that the boxes were made on',
  );
}

function scaled(
  boxes: readonly SourceXyxy[],
  [width, height]: readonly [number, number],
  form: 'unit' | 'thousand',
): SourceXyxy[] {
  const most = SCALE_MOST[form];
  return boxes.map((box) => {
    if (box.some((value) => value < 0 || value > most)) {
      throw new RowError(`boxes: a box reaches outside 0…${most}`, shown(box));
    }
    const [x0, y0, x1, y1] = box;
    return [(x0 / most) * width, (y0 / most) * height, (x1 / most) * width, (y1 / most) * height];
  });
}

function isIn([x0, y0, x1, y1]: SourceXyxy, [width, height]: readonly [number, number]): boolean {
  return x0 >= 0 && y0 >= 0 && x0 < x1 && y0 < y1 && x1 <= width && y1 <= height;
}

function clipped([x0, y0, x1, y1]: SourceXyxy, [width, height]: readonly [number, number]): SourceXyxy {
  return [Math.max(0, x0), Math.max(0, y0), Math.min(width, x1), Math.min(height, y1)];
}

function outside(
  boxes: readonly SourceXyxy[],
  box: SourceXyxy,
  size: readonly [number, number],
  form: BoxForm | null,
): RowError {
  const thousandths = form === null && boxes.flat().every((value) => value >= 0 && value <= 1000);
  const next = thousandths
    ? 'Import the whole file as what its boxes are: thousandths of the picture, 0…1000 (--boxes thousand), or x, y, width, height (--boxes xywh)'
    : CORRECT;
  return new RowError('boxes: a box reaches outside its picture', `${shown(box)} of ${size.join('×')}`, next);
}
