/** A parsed config file held against its table of keys. */
import { isDeepStrictEqual } from 'node:util';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { JsonObject, KeyRule, KeyTable, Values } from './rule.ts';

/** A key that is in no table. */
export interface UnknownKey {
  /** Name of the file, `config.json`. */
  readonly file: string;
  /** With the objects around it, `text_config.foo`. */
  readonly key: string;
  /** Its value as JSON, shortened. */
  readonly value: string;
}

/** Where keys stand: a file, and the object in it (`text_config.`, or empty at the top level). */
export interface Place {
  readonly path: string;
  readonly inside?: string;
}

/**
 * The keys of `json` that `table` does not know, those of nested objects included.
 * @throws FoveaError `unsupported_model` naming file, key and value of the first key that Fovea would have to obey and
 *   does not.
 */
export function checkKeys(json: unknown, table: KeyTable, { path, inside = '' }: Place): UnknownKey[] {
  if (!isObject(json)) return [];
  const file = fileOf(path);
  return Object.entries(json).flatMap(([key, value]): UnknownKey[] => {
    const rule = Object.hasOwn(table, key) ? table[key] : undefined;
    if (rule === undefined) return [{ file, key: inside + key, value: shown(value) }];
    if (rule.is === 'nested') return checkKeys(value, rule.table, { path, inside: `${inside}${key}.` });
    const limit = limitOf(rule);
    if (limit && !passes(value, limit, json)) throw refusal(inside + key, value, rule, limit, path);
    return [];
  });
}

/** Whether the rule lets a value through; `siblings` are the keys beside it. */
export function allows(rule: KeyRule, value: unknown, siblings: JsonObject = {}): boolean {
  const limit = limitOf(rule);
  return limit === undefined || passes(value, limit, siblings);
}

function limitOf(rule: KeyRule): Values | undefined {
  if (rule.is === 'implemented') return rule.only;
  return rule.is === 'refused' ? rule.unless : undefined;
}

function passes(value: unknown, { values, also, notNull }: Values, siblings: JsonObject): boolean {
  if ((value === null && !notNull) || values.some((one) => isDeepStrictEqual(one, value))) return true;
  return also?.holds(value, siblings) ?? false;
}

function refusal(key: string, value: unknown, rule: KeyRule, limit: Values, path: string): FoveaError {
  const why = rule.is === 'refused' ? `: ${rule.because}` : '';
  const next = rule.is === 'refused' || rule.is === 'implemented' ? rule.next : undefined;
  const runs = [...limit.values.map(shown), ...(limit.also ? [limit.also.words] : [])];
  return new FoveaError(
    'unsupported_model',
    `Fovea does not run ${key} ${shown(value)} of ${fileOf(path)}${why}`,
    {
      where: path,
      next: next ?? `It runs ${key} ${runs.length > 0 ? runs.join(', ') : 'null'}, or without it`,
    },
  );
}

const SHOWN = 80;

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'undefined';
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
}

function fileOf(path: string): string {
  return path.split(/[\\/]/).pop() ?? path;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
