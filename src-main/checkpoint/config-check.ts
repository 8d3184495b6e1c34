/** What every family says of a `config.json` that is not as it should be. */
import type { z } from 'zod';
import { FoveaError } from '../../src-shared/contract/errors.ts';

/** A `bad_checkpoint` about config.json; `where` is its path. */
export function badConfig(what: string, where: string): FoveaError {
  return new FoveaError('bad_checkpoint', what, {
    where,
    next: 'Compare config.json with the one the model was published with',
  });
}

/** `json` by `schema`. @throws FoveaError `bad_checkpoint` naming the first key that does not fit. */
export function checkConfig<S extends z.ZodType>(schema: S, json: unknown, where: string): z.output<S> {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw badConfig(
    `config.json is not as expected at ${issue?.path.join('.') || 'the top level'}: ${issue?.message}`,
    where,
  );
}
