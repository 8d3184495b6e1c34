/**
 * ZoomBench as its publisher's own program writes it out (github.com/inclusionAI/Zooming-without-Zooming
 * utils/convert_benchmark.py: `zoombench.json`, a list of `images`, `crop_images`, `query`, `response`), and as its Parquet
 * (inclusionAI/ZoomBench: `image`, `crop_image`, `prompt`, `answer`). Asked about is the whole picture; the crop, its other
 * view, is not read, and where in the picture it lies is not told.
 */
import { z } from 'zod';
import { pictureOf } from '../../rows/picture.ts';
import { shown, type RowReason } from '../../rows/reasons.ts';
import { benchmarkForm, hasAll } from './benchmark.ts';
import { optionalText, textField } from './fields.ts';

const schema = z.object({
  query: textField.optional(),
  prompt: textField.optional(),
  response: optionalText,
  answer: optionalText,
});

/** What the publisher's program puts before the names of its pictures. */
const OUTPUT = /^\.\.\/ZoomBench\//;

const CROP: Omit<RowReason, 'value'> = {
  message: 'its crop, the other view of ZoomBench, is not read: it is asked about the whole picture',
  next: null,
};

export const zoombench = benchmarkForm({
  name: 'zoombench',
  words: 'a question of ZoomBench',
  fits: (fields) =>
    hasAll(fields, 'crop_images', 'images', 'query') || hasAll(fields, 'crop_image', 'image', 'prompt'),
  schema,
  known: ['images', 'image', 'crop_images', 'crop_image', 'query', 'prompt', 'response', 'answer'],
  read: (row, fields) => {
    const images = fields['images'];
    const answer = row.response ?? row.answer;
    return {
      id: null,
      picture: pictureOf({
        image: fields['image'],
        images: Array.isArray(images) ? images.map(withoutOutput) : images,
      }),
      question: row.query ?? row.prompt ?? '',
      field: row.query === undefined ? 'prompt' : 'query',
      answers: answer === null ? [] : [answer],
      notes: [{ ...CROP, value: shown(fields['crop_images'] ?? null) }],
    };
  },
});

function withoutOutput(image: unknown): unknown {
  return typeof image === 'string' ? image.replace(OUTPUT, '') : image;
}
