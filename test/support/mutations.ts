/** The table of test/golden/keys/mutations.json, and the folders it speaks of. */
import { mkdirSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const GOLDEN = join(import.meta.dirname, '../golden');

/** Some values of a longer array: `values[i]` stands at `at[i]`. */
const sliceSchema = z.object({
  size: z.number(),
  at: z.array(z.number().int()),
  values: z.array(z.number()),
  /** The largest of all, which differences are relative to. */
  largest: z.number(),
});
export type Slice = z.infer<typeof sliceSchema>;

const rowSchema = z.object({
  base: z.string(),
  file: z.string(),
  /** `text_config.hidden_act` */
  key: z.string(),
  /** Absent: the key is taken away. */
  value: z.unknown().optional(),
  /** What transformers makes of it. */
  transformers: z.enum(['same', 'changed', 'refused']),
  because: z.string().optional(),
  pixels: sliceSchema.optional(),
  logits: sliceSchema.optional(),
  answer: z.array(z.number().int()).optional(),
});
export type Mutation = z.infer<typeof rowSchema>;

type Json = Record<string, unknown>;
const baseSchema = z.object({
  /** The oracle's case that it is made of. */
  case: z.string(),
  /** Config files in place of the case's; null: taken away. */
  files: z.record(z.string(), z.record(z.string(), z.unknown()).nullable()),
  answer: z.array(z.number().int()),
});

const tableSchema = z.object({
  transformers: z.string(),
  bases: z.record(z.string(), baseSchema),
  rows: z.array(rowSchema),
});
/** By transformers' own classes, and by the authors' code for the original layout. */
const tables = ['mutations.json', 'mutations-original.json'].map((name) =>
  tableSchema.parse(JSON.parse(readFileSync(join(GOLDEN, 'keys', name), 'utf8'))),
);

export const mutations: readonly Mutation[] = tables.flatMap(({ rows }) => rows);
export const mutationBases: Readonly<Record<string, z.infer<typeof baseSchema>>> = Object.assign(
  {},
  ...tables.map(({ bases }) => bases),
);

export function baseOf(row: Pick<Mutation, 'base'>): z.infer<typeof baseSchema> {
  const base = mutationBases[row.base];
  if (!base) throw new Error(`no base ${row.base}`);
  return base;
}

/** Writes the folder of a base, with one key changed where `row` is given; weights and tokenizer are links. */
export function writeMutation(dir: string, baseName: string, row: Mutation | null): void {
  const base = baseOf({ base: baseName });
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  const source = join(GOLDEN, 'oracle/cases', base.case);
  for (const name of readdirSync(source, { recursive: true, encoding: 'utf8' })) {
    if (statSync(join(source, name)).isDirectory()) mkdirSync(join(dir, name), { recursive: true });
    else if (!(name in base.files)) symlinkSync(join(source, name), join(dir, name));
  }
  for (const [name, json] of Object.entries(base.files)) {
    if (json === null) continue;
    const changed = row?.file === name ? withChange(json, row) : json;
    writeFileSync(join(dir, name), JSON.stringify(changed));
  }
}

function withChange(json: Json, row: Mutation): Json {
  const copy = structuredClone(json);
  const path = row.key.split('.');
  const key = path.pop() ?? '';
  let inner = copy;
  for (const name of path) inner = inner[name] as Json;
  if (row.value !== undefined) inner[key] = row.value;
  else delete inner[key];
  return copy;
}
