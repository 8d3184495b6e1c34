/**
 * Records of the authors' label makers (METHOD §7): a question, the model's answer and the attention maps that it was answered
 * with: `sink_attn`, `grounding_attn_o2i`, and where it is there `grounding_attn_q2i`. LLaVA's maps are flat (24×24 = 576),
 * Qwen's square. Q-Zoom adds `uid`, `dataset` and `mode`. The answer is the model's, so it is no truth.
 */
import { z } from 'zod';
import { encodeFloat16 } from '../../../src-shared/kernels/float16.ts';
import { numbersOf } from '../pickle/ndarray.ts';
import { NdArray } from '../pickle/values.ts';
import { idText, nameText } from '../rows/fields.ts';
import { MOST, tooLong } from '../rows/limits.ts';
import { pictureOf } from '../rows/picture.ts';
import { plainQuestion } from '../rows/question-text.ts';
import { shown } from '../rows/reasons.ts';
import { checked, RowError } from '../rows/row-error.ts';
import { idOf, otherFields } from '../rows/row-fields.ts';
import type { ImportedMaps, RowReader } from '../rows/types.ts';
import type { Form } from './form.ts';

const schema = z.object({
  uid: idText.nullish(),
  question_id: idText.nullish(),
  id: idText.nullish(),
  text: z.string().max(MOST.answer, tooLong(MOST.answer)).nullish(),
  dataset: nameText,
  mode: nameText,
});

const [GROUNDING, SINK, QUESTION] = ['grounding_attn_o2i', 'sink_attn', 'grounding_attn_q2i'] as const;

const KNOWN = new Set([
  ...['uid', 'question_id', 'id', 'prompt', 'question', 'text', 'image', 'images', 'dataset', 'mode'],
  ...[GROUNDING, SINK, QUESTION],
]);

/** Cells of a map's side: far more than any encoder has. */
const SIDE_MOST = 512;

export const attention: Form = {
  name: 'attention',
  words: 'a labelled question with its attention maps (SD-RPN, Q-Zoom)',
  fits: (fields) => GROUNDING in fields || SINK in fields,
  begin: () => attentionRow,
};

const attentionRow: RowReader = ({ fields, madeId }) => {
  const row = checked(fields, schema);
  const found = pictureOf(fields);
  const field = 'prompt' in fields ? 'prompt' : 'question';
  const asked = plainQuestion(fields[field], field);
  const ofQzoom = row.uid !== null && row.uid !== undefined;
  const id = idOf(row.uid ?? row.question_id ?? row.id, madeId);
  const named = ofQzoom
    ? ([
        ['dataset', row.dataset],
        ['mode', row.mode],
      ] as const)
    : [];
  return [
    {
      ok: true,
      record: {
        externalId: id.id,
        picture: found.picture,
        question: asked.question,
        referenceAnswer: null,
        language: null,
        split: null,
        tags: named.flatMap(([kind, name]) => (name === null ? [] : [`${kind}:${name}`])),
        truthBoxes: [],
        labelled: { ...mapsOf(fields), answer: row.text ?? '', writer: ofQzoom ? 'q-zoom' : 'sd-rpn' },
      },
      notes: [...id.notes, ...found.notes, ...asked.notes, ...otherFields(fields, KNOWN)],
    },
  ];
};

function mapsOf(
  fields: Readonly<Record<string, unknown>>,
): Pick<ImportedMaps, 'grid' | 'shape' | 'grounding' | 'sink' | 'question'> {
  const grounding = mapOf(fields, GROUNDING);
  if (!grounding) throw new RowError(`${GROUNDING}: the map is missing`);
  const { side, shape } = grounding;
  const beside = (name: string): Uint16Array | null => {
    const map = mapOf(fields, name);
    if (map && map.side !== side) {
      throw new RowError(
        `${name}: another grid than ${GROUNDING}`,
        `${map.side}×${map.side} and ${side}×${side}`,
      );
    }
    return map && map.bits;
  };
  return {
    grid: [side, side],
    shape,
    grounding: grounding.bits,
    sink: beside(SINK),
    question: beside(QUESTION),
  };
}

interface SquareMap {
  readonly side: number;
  readonly shape: ImportedMaps['shape'];
  readonly bits: Uint16Array;
}

/** Float16, as Fovea keeps maps, row by row. Null where the field is not there, or None. */
function mapOf(fields: Readonly<Record<string, unknown>>, name: string): SquareMap | null {
  const value = fields[name];
  if (value === undefined || value === null) return null;
  if (!(value instanceof NdArray) || value.state === null) {
    throw new RowError(
      `${name}: expected a NumPy array`,
      shown(value),
      'Save maps as np.asarray(map, dtype=np.float32)',
    );
  }
  const { shape, values } = numbersOf(value);
  const flat = shape.length === 1;
  const side = flat ? Math.sqrt(values.length) : (shape[0] ?? 0);
  const square = flat ? Number.isInteger(side) : shape.length === 2 && shape[1] === side;
  if (!square || side < 1 || side > SIDE_MOST) {
    throw new RowError(
      `${name}: a map is flat (LLaVA, 576 values) or square (Qwen, G×G)`,
      `shape ${shown([...shape])}`,
      'Save maps on the teacher’s square grid: one value for each of its visual tokens',
    );
  }
  const bits = encodeFloat16(values);
  // All ones in the exponent: not a number, or beyond what 16 bits hold.
  if (values.some((x) => !(x >= 0)) || bits.some((b) => (b & 0x7c00) === 0x7c00)) {
    throw new RowError(
      `${name}: attention is finite and not negative`,
      shown(values.find((x) => !(x >= 0)) ?? Infinity),
    );
  }
  return { side, shape: flat ? 'flat' : 'square', bits };
}
