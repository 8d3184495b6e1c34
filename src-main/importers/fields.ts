/**
 * Fields the formats share, each checked once: ids, picture paths, truth boxes, the `<image>` mark in a prompt.
 */
import { z } from 'zod';
import type { SourceXyxy } from '../../src-shared/kernels/types.ts';

/** An id as text; some data sets write numbers. */
export const idText = z
  .union([z.string().trim().min(1), z.number().int()], 'expected a text or a whole number')
  .transform(String);

/** A question or answer with something in it. */
export const filledText = z.string().refine((text) => text.trim() !== '', 'expected some text');

/** An answer as text; empty stands for none. */
export const answerText = z
  .union([z.string(), z.number(), z.boolean()], 'expected a text or a number')
  .nullish()
  .transform((value) => (value === null || value === undefined || value === '' ? null : String(value)));

/** Optional text; empty stands for none. */
export const optionalText = z
  .string()
  .nullish()
  .transform((value) => value?.trim() || null);

/**
 * A picture's path relative to the images folder. Absolute paths and `..` would reach files nobody pointed Fovea at.
 */
export const imagePath = z
  .string()
  .min(1, 'expected a path')
  .refine((path) => !path.includes('\0'), 'a path cannot hold a NUL character')
  .refine((path) => !/^([/\\]|[A-Za-z]:)/.test(path), 'expected a path relative to the images folder')
  .refine((path) => !path.split(/[/\\]/).includes('..'), 'a path cannot leave the images folder with ..')
  .transform((path) =>
    path
      .split('/')
      .filter((part) => part !== '' && part !== '.')
      .join('/'),
  )
  .refine((path) => path !== '', 'expected the path of a file');

/** Truth boxes in source pixels, xyxy with exclusive maxima, each with an area. */
export const truthBoxes = z
  .array(
    z
      .tuple([z.number(), z.number(), z.number(), z.number()])
      .refine(([x0, y0, x1, y1]) => x0 < x1 && y0 < y1, 'a box is [x0, y0, x1, y1] with x0 < x1 and y0 < y1'),
  )
  .nullish()
  .transform((boxes): SourceXyxy[] => boxes ?? []);

/** The question without LLaVA's `<image>` mark, which says where the picture goes and is no part of it. */
export function withoutImageMark(text: string): string {
  return text.replace(/^\s*<image>\s*\n?/, '').replace(/\n?\s*<image>\s*$/, '');
}
