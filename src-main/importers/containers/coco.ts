/**
 * COCO instances: one JSON object with `images`, `annotations` and `categories`. Annotations are read before pictures, as columns
 * of numbers, and each picture is then a row with its own. Of a file with more annotations than are held at once, its pictures
 * are taken in parts and the annotations read once for each.
 */
import { z } from 'zod';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { LINE_BYTES } from '../rows/limits.ts';
import { parseText } from '../rows/parse.ts';
import { shown, type RowReason } from '../rows/reasons.ts';
import { checked, CORRECT, RowError } from '../rows/row-error.ts';
import type { Fields } from '../rows/types.ts';
import { readFile } from './bytes.ts';
import { annotationOf, KNOWN_FIELDS } from './coco-annotation.ts';
import { PlainAnnotations } from './coco-annotation-bytes.ts';
import { type CocoObject, CocoTable, NumberIndex, type PlainObject, TextSet } from './coco-table.ts';
import type { Container, ContainerRow } from './container.ts';
import type { ElementReader } from './json-entries.ts';
import { type ListElement, listElements } from './json-list-text.ts';
import { decode } from './lines.ts';
import type { JsonMember } from './json-members.ts';
import type { Subject } from './subject.ts';

/** Annotations held at once: some 200 MB of columns. */
const HELD_MOST = 4_000_000;
const CATEGORIES_MOST = 100_000;

const SECTIONS = ['images', 'annotations', 'categories'] as const;
type Sections = Readonly<Record<(typeof SECTIONS)[number], JsonMember>>;

const imageSchema = z.object({
  id: z.union([z.number().int(), z.string().max(500)]),
  file_name: z.string().min(1),
  width: z.number().nullish(),
  height: z.number().nullish(),
});
const categorySchema = z.object({ id: z.number().int(), name: z.string().min(1).max(200) });

export const coco: Container = {
  name: 'coco',
  words: 'COCO instances',
  unit: 'row',
  fits: async (subject) => (await sectionsOf(subject)) !== null,
  open: async (subject) => {
    const sections = await sectionsOf(subject);
    if (!sections) throw new Error('no COCO file');
    const file = new CocoFile(subject.path, sections);
    return { detail: null, columns: null, count: () => file.pictures(), rows: () => file.rows() };
  },
};

async function sectionsOf({ members }: Subject): Promise<Sections | null> {
  const found = await members();
  const of = (key: string): JsonMember | undefined => found?.find((one) => one.key === key);
  const [images, annotations, categories] = SECTIONS.map(of);
  if (!images || !annotations || !categories) return null;
  if (![images, annotations, categories].every(({ kind }) => kind === 'objects' || kind === 'list'))
    return null;
  return { images, annotations, categories };
}

/** What is known of the pictures before they are given. */
interface Pictures {
  /** Numbers for ids of pictures, whatever they are. */
  readonly placeOf: (id: number | string) => number;
  readonly count: number;
}

class CocoFile {
  readonly #path: string;
  readonly #sections: Sections;
  #pictures: Promise<Pictures> | null = null;

  constructor(path: string, sections: Sections) {
    this.#path = path;
    this.#sections = sections;
  }

  /** How many pictures it lists. */
  async pictures(): Promise<number> {
    return (await this.#index()).count;
  }

  async *rows(): AsyncGenerator<ContainerRow> {
    const categories = await this.#categories();
    const pictures = await this.#index();
    const table = new CocoTable();
    const counts = new Uint32Array(pictures.count);
    const unread = new Set<string>();
    const known = { categories, pictures, unread };
    const names = new TextSet();
    let held = true;
    let line = 0;
    const hold = (picture: number, object: CocoObject | PlainObject): void => {
      counts[picture]!++;
      if (held && table.rows === HELD_MOST) {
        table.clear();
        held = false;
      }
      if (held) table.add(picture, object);
    };
    const reader = new PlainReader(known, (picture, object) => {
      line++;
      hold(picture, object);
    });
    for await (const elements of this.#elements('annotations', reader)) {
      for (const one of elements) {
        line++;
        const read = annotation(one, known);
        if ('message' in read) yield { line, problem: read };
        else hold(read.picture, read.object);
      }
    }
    for (const [from, to] of parts(counts, HELD_MOST)) {
      if (!held) {
        table.clear();
        const add = (picture: number, object: CocoObject | PlainObject): void => {
          if (picture >= from && picture < to) table.add(picture, object);
        };
        for await (const elements of this.#elements('annotations', new PlainReader(known, add))) {
          for (const one of elements) {
            const read = annotation(one, known);
            if ('object' in read) add(read.picture, read.object);
          }
        }
      }
      yield* this.#part(from, to, { table, names, categories, unread });
    }
  }

  /** Pictures `[from, to)` with their annotations. */
  async *#part(
    from: number,
    to: number,
    {
      table,
      names,
      categories,
      unread,
    }: { table: CocoTable; names: TextSet; categories: Categories; unread: ReadonlySet<string> },
  ): AsyncGenerator<ContainerRow> {
    const objectsOf = table.byPicture(from, to);
    let place = -1;
    for await (const { fields, problem } of this.#list('images')) {
      place++;
      if (place >= to) return;
      if (place < from) continue;
      const line = place + 1;
      if (problem) yield { line, problem };
      else
        yield this.#row(line, fields, objectsOf(place), {
          names,
          categories,
          unread: place === 0 ? unread : NONE,
        });
    }
  }

  #row(
    line: number,
    fields: Fields,
    objects: readonly CocoObject[],
    { names, categories, unread }: { names: TextSet; categories: Categories; unread: ReadonlySet<string> },
  ): ContainerRow {
    try {
      const image = checked(fields, imageSchema);
      if (!names.add(image.file_name)) {
        throw new RowError(
          'another picture of the file has the same file_name',
          shown(image.file_name),
          'Give each picture one entry in images, and its annotations that entry’s id',
        );
      }
      const annotations = objects.map(({ category, ...object }) => ({
        ...object,
        category: categories.names[category],
      }));
      return {
        line,
        fields: {
          file_name: image.file_name,
          image_id: String(image.id),
          ...(image.width && image.height ? { size: [image.width, image.height] } : {}),
          annotations,
          unread: [...unread],
        },
      };
    } catch (thrown) {
      if (!(thrown instanceof RowError)) throw thrown;
      return { line, problem: thrown.reason };
    }
  }

  #index(): Promise<Pictures> {
    return (this.#pictures ??= this.#readIds());
  }

  async #readIds(): Promise<Pictures> {
    const numbers: number[] = [];
    const texts = new Map<string, number>();
    let count = 0;
    for await (const { fields } of this.#list('images')) {
      const id = fields['id'];
      // One without an id is said when its turn comes.
      numbers.push(typeof id === 'number' ? id : NaN);
      if (typeof id === 'string' && !texts.has(id)) texts.set(id, count);
      count++;
    }
    const index = new NumberIndex(Float64Array.from(numbers));
    return { count, placeOf: (id) => (typeof id === 'number' ? index.placeOf(id) : (texts.get(id) ?? -1)) };
  }

  async #categories(): Promise<Categories> {
    const ids: number[] = [];
    const names: string[] = [];
    for await (const { fields, problem } of this.#list('categories')) {
      const category = categorySchema.safeParse(fields);
      if (problem || !category.success || ids.length === CATEGORIES_MOST) {
        throw new FoveaError(
          'bad_input',
          `category ${ids.length + 1} is no category: expected an id and a name`,
          {
            where: this.#path,
            next: CORRECT,
          },
        );
      }
      ids.push(category.data.id);
      names.push(category.data.name);
    }
    const index = new NumberIndex(ids);
    return { names, placeOf: (id) => index.placeOf(id) };
  }

  /** Elements of a section, some at a time. */
  #elements(
    section: keyof Sections,
    reader: ElementReader | null = null,
  ): AsyncIterable<Iterable<ListElement>> {
    const { from, to, line } = this.#sections[section];
    return listElements(readFile(this.#path, from, to), LINE_BYTES, line, reader);
  }

  async *#list(
    section: keyof Sections,
  ): AsyncGenerator<{ readonly fields: Fields; readonly problem: RowReason | null }> {
    for await (const elements of this.#elements(section))
      for (const one of elements) yield fieldsOf(one, section);
  }
}

/** An element's fields, or what is wrong with it. */
function fieldsOf(
  { bytes, problem }: ListElement,
  section: keyof Sections,
): { readonly fields: Fields; readonly problem: RowReason | null } {
  const text = bytes === null ? { text: null, problem } : decode(bytes);
  const parsed = text.text === null ? null : parseText(text.text);
  const value = parsed?.ok ? parsed.value : null;
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return { fields: value as Fields, problem: null };
  }
  const said =
    text.problem ?? (parsed && !parsed.ok ? parsed.message : 'an element is an object with fields');
  return { fields: {}, problem: { message: `${section}: ${said}`, value: null, next: CORRECT } };
}

/** What annotations refer to, and the fields of theirs that are not read. */
interface Known {
  readonly categories: Categories;
  readonly pictures: Pictures;
  readonly unread: Set<string>;
}

/** Takes the plain annotations about pictures and categories that the file lists. */
class PlainReader implements ElementReader {
  readonly #known: Known;
  readonly #add: (picture: number, object: PlainObject) => void;
  readonly #plain = new PlainAnnotations();
  /** Each is added before the next one is read. */
  readonly #object = { id: 0, category: 0, box: this.#plain.box, crowd: false, outlined: false };

  constructor(known: Known, add: (picture: number, object: PlainObject) => void) {
    this.#known = known;
    this.#add = add;
  }

  get lines(): number {
    return this.#plain.lines;
  }

  take(chunk: Uint8Array, from: number): number {
    const plain = this.#plain;
    const end = plain.take(chunk, from);
    if (end < 0) return end;
    const category = this.#known.categories.placeOf(plain.categoryId);
    const picture = this.#known.pictures.placeOf(plain.imageId);
    if (category < 0 || picture < 0) return -1;
    const object = this.#object;
    object.id = plain.id;
    object.category = category;
    object.outlined = plain.outlined;
    this.#add(picture, object);
    return end;
  }
}

function annotation(
  element: ListElement,
  { categories, pictures, unread }: Known,
): { readonly picture: number; readonly object: CocoObject } | RowReason {
  try {
    const parsed = fieldsOf(element, 'annotations');
    if (parsed.problem) return parsed.problem;
    const { fields } = parsed;
    const { id, imageId, categoryId, box, crowd, outlined } = annotationOf(fields);
    const category = categories.placeOf(categoryId);
    const picture = pictures.placeOf(imageId);
    if (picture < 0) throw unknown('image_id', imageId, id);
    if (category < 0) throw unknown('category_id', categoryId, id);
    for (const name in fields)
      if (!KNOWN_FIELDS.has(name) && unread.size < 100) unread.add(name.slice(0, 100));
    return { picture, object: { id, category, box, crowd, outlined } };
  } catch (thrown) {
    if (!(thrown instanceof RowError)) throw thrown;
    return thrown.reason;
  }
}

interface Categories {
  readonly names: readonly string[];
  readonly placeOf: (id: number) => number;
}

const NONE: ReadonlySet<string> = new Set();

function unknown(field: string, value: number | string, id: number | null): RowError {
  return new RowError(
    `the file does not list the ${field} of an annotation`,
    `annotation ${id ?? 'without an id'}: ${shown(value)}`,
  );
}

/** Pictures in parts with at most so many annotations; one picture is never divided. */
function* parts(counts: Uint32Array, most: number): Generator<[from: number, to: number]> {
  let [from, sum] = [0, 0];
  for (let i = 0; i < counts.length; i++) {
    if (sum > 0 && sum + counts[i]! > most) {
      yield [from, i];
      [from, sum] = [i, 0];
    }
    sum += counts[i]!;
  }
  if (from < counts.length) yield [from, counts.length];
}
