/**
 * Types of columns, said once for the three that read them: Parquet's schema, the `huggingface` entry of a shard's
 * metadata, and the card. Every nested column is spelled out: left to itself the writer makes JSON text of lists.
 */
import type { SchemaElement } from 'hyparquet-writer';

export type Dtype = 'string' | 'int8' | 'int32' | 'int64' | 'float64';

export type Field =
  | { readonly is: 'value'; readonly dtype: Dtype }
  | { readonly is: 'list'; readonly of: Field }
  | { readonly is: 'struct'; readonly fields: Readonly<Record<string, Field>> }
  | { readonly is: 'image' };

export const value = (dtype: Dtype): Field => ({ is: 'value', dtype });
export const list = (of: Field): Field => ({ is: 'list', of });
export const struct = (fields: Readonly<Record<string, Field>>): Field => ({ is: 'struct', fields });
export const IMAGE: Field = { is: 'image' };

const PHYSICAL: Readonly<Record<Dtype, Pick<SchemaElement, 'type' | 'converted_type'>>> = {
  string: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  int8: { type: 'INT32', converted_type: 'INT_8' },
  int32: { type: 'INT32' },
  int64: { type: 'INT64' },
  float64: { type: 'DOUBLE' },
};

/** The elements of one column, depth first. Anything may be null. */
export function schemaOf(name: string, field: Field): SchemaElement[] {
  const group = (children: SchemaElement[][], more: Partial<SchemaElement> = {}): SchemaElement[] => [
    { name, repetition_type: 'OPTIONAL', num_children: children.length, ...more },
    ...children.flat(),
  ];
  switch (field.is) {
    case 'value':
      return [{ name, repetition_type: 'OPTIONAL', ...PHYSICAL[field.dtype] }];
    case 'list':
      return group(
        [[{ name: 'list', repetition_type: 'REPEATED', num_children: 1 }, ...schemaOf('element', field.of)]],
        { converted_type: 'LIST' },
      );
    case 'struct':
      return group(Object.entries(field.fields).map(([part, of]) => schemaOf(part, of)));
    case 'image':
      // Exactly these two in this order: with any other the readers of data sets see a plain dict.
      return group([
        [{ name: 'bytes', repetition_type: 'OPTIONAL', type: 'BYTE_ARRAY' }],
        schemaOf('path', value('string')),
      ]);
  }
}

/** As `datasets` keeps it in a file's metadata. */
export function featureOf(field: Field): object {
  switch (field.is) {
    case 'value':
      return { dtype: field.dtype, _type: 'Value' };
    case 'list':
      // Known to every version; newer ones read it as their own `List`.
      return { feature: featureOf(field.of), _type: 'Sequence' };
    case 'struct':
      return Object.fromEntries(Object.entries(field.fields).map(([part, of]) => [part, featureOf(of)]));
    case 'image':
      return { _type: 'Image' };
  }
}

/** Lines of the card's `features`, each a list item of YAML. */
export function yamlOf(name: string, field: Field, indent: string): string[] {
  return [`${indent}- name: ${name}`, ...typeLines(field, `${indent}  `)];
}

function typeLines(field: Field, indent: string): string[] {
  switch (field.is) {
    case 'value':
      return [`${indent}dtype: ${field.dtype}`];
    case 'image':
      return [`${indent}dtype: image`];
    case 'list':
      return field.of.is === 'value'
        ? [`${indent}sequence: ${field.of.dtype}`]
        : [`${indent}sequence:`, ...typeLines(field.of, `${indent}  `)];
    case 'struct':
      return [
        `${indent}struct:`,
        ...Object.entries(field.fields).flatMap(([part, of]) => yamlOf(part, of, indent)),
      ];
  }
}
