/**
 * How long what people put in may be: one table for the page, the calls and the command line. What is stored already is
 * read whatever its length.
 */
import { z } from 'zod';

export const MOST = {
  /** Characters. */
  presetId: 80,
  presetName: 120,
  presetNotes: 2000,
  filterName: 80,
  projectName: 200,
  runName: 80,
  reviewer: 200,
  note: 10_000,
  rejectReason: 200,
  tag: 100,
  externalId: 500,
  question: 4000,
  answer: 4000,
  search: 500,
  path: 4096,
  /** Names that a filter lists: languages, splits, tags, reviewers. */
  filterValue: 1000,
  /** How many. */
  presets: 500,
  /** Reasons for rejecting that a project offers: one a digit. */
  rejectReasons: 9,
  presetHeads: 4096,
  filterValues: 1000,
  savedFilters: 1000,
  /** Samples that are labelled at once: more gain little, because attention is each sample's own. */
  inFlight: 32,
  /** Visual tokens that a picture is asked to have at most. */
  visualTokens: 65_536,
  /** Budgets of visual tokens in one sweep. */
  budgets: 16,
  /** Compute threads of a training: each costs memory, and thousands of them stop a machine. */
  threads: 256,
} as const;

/** A tab, a line's end and their like make lists and tables of names unreadable. */
const CONTROL = /[\p{Cc}\u2028\u2029]/u;

/** A name in one line, outer white space taken off. @param most characters */
export function nameSchema(most: number): z.ZodString {
  return z
    .string()
    .trim()
    .min(1)
    .max(most)
    .refine((text) => !CONTROL.test(text), 'has a line end or another control character in it');
}

export const rejectReasonSchema = nameSchema(MOST.rejectReason);
/** One that a person gives; those of the data may be longer. */
export const tagSchema = nameSchema(MOST.tag);
export const reviewerSchema = nameSchema(MOST.reviewer);
export const pathSchema = z.string().min(1).max(MOST.path);
