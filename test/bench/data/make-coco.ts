/** A COCO instances file of any size about pictures that are there: boxes, polygons and crowds spread as in its training set. */
import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { seededRandom } from '../../support/random.ts';

const CATEGORIES = 80;
/** COCO's training set of 2017 has 7.3 annotations a picture, of 2.9 categories; corners of a polygon are fewer here. */
export const ANNOTATIONS_A_PICTURE = 7;
const CATEGORIES_A_PICTURE = 3;
const CORNERS = 10;

/** Writes `annotations` annotations of the pictures named, in an order that goes by picture only roughly; the same ones every time. */
export async function makeCoco(
  dir: string,
  annotations: number,
  pictures: readonly { readonly name: string; readonly size: readonly [number, number] }[],
): Promise<string> {
  const path = join(dir, 'instances.json');
  const out = createWriteStream(path);
  const write = async (text: string): Promise<void> => {
    if (!out.write(text)) await once(out, 'drain');
  };
  const random = seededRandom(5);
  const below = (most: number): number => Math.floor(random() * most);
  await write('{"info":{"year":2017},"licenses":[],"images":[');
  for (const [i, { name, size }] of pictures.entries())
    await write(
      `${i === 0 ? '' : ', '}{"id": ${1000 + i}, "file_name": ${JSON.stringify(name)}, "width": ${size[0]}, "height": ${size[1]}, "license": 1, "date_captured": "2013-11-14 17:02:52"}`,
    );
  await write('], "annotations": [');
  for (let n = 0; n < annotations; n++) {
    const i = below(pictures.length);
    const [width, height] = pictures[i]!.size;
    const [x, y] = [below(width - 10), below(height - 10)];
    const [w, h] = [2 + below(width - x - 2), 2 + below(height - y - 2)];
    const corners = Array.from({ length: 2 * CORNERS }, (_, k) =>
      ((k % 2 === 0 ? x : y) + random() * (k % 2 === 0 ? w : h)).toFixed(2),
    );
    const crowd = n % 100 === 0 ? 1 : 0;
    await write(
      `${n === 0 ? '' : ', '}{"segmentation": [[${corners.join(', ')}]], "area": ${w * h}.0, "iscrowd": ${crowd}, "image_id": ${1000 + i}, "bbox": [${x}.5, ${y}.25, ${w - 0.5}, ${h - 0.25}], "category_id": ${1 + ((7 * i + 29 * below(CATEGORIES_A_PICTURE)) % CATEGORIES)}, "id": ${n + 1}}`,
    );
  }
  await write('], "categories": [');
  const categories = Array.from({ length: CATEGORIES }, (_, n) => ({
    supercategory: 'thing',
    id: n + 1,
    name: `thing ${n + 1}`,
  }));
  await write(categories.map((one) => JSON.stringify(one)).join(', '));
  out.end(']}');
  await once(out, 'finish');
  return path;
}
