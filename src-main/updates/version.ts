/** Versions as releases have them: `1.2.3` or `1.2.3-beta.4`, ordered as Semantic Versioning 2.0.0 orders them (§ 11). */
import { z } from 'zod';

const NUMBER = '(?:0|[1-9]\\d{0,8})';
const PART = `(?:${NUMBER}|\\d*[A-Za-z-][0-9A-Za-z-]*)`;
const VERSION = new RegExp(`^${NUMBER}\\.${NUMBER}\\.${NUMBER}(?:-${PART}(?:\\.${PART})*)?$`);

/** No build metadata (`+…`): two releases that differ in nothing else have no order. */
export const versionSchema = z.string().max(64).regex(VERSION, 'a version is like 1.2.3 or 1.2.3-beta.4');

/** Below 0 where `left` comes before `right`, 0 where they are the same. Both are of {@link versionSchema}. */
export function compareVersions(left: string, right: string): number {
  const [a, b] = [parts(left), parts(right)];
  for (let at = 0; at < 3; at++) {
    const order = a.core[at]! - b.core[at]!;
    if (order !== 0) return order;
  }
  // What leads up to a release comes before it.
  if (a.before.length === 0 || b.before.length === 0) return b.before.length - a.before.length;
  for (let at = 0; at < Math.min(a.before.length, b.before.length); at++) {
    const order = comparePart(a.before[at]!, b.before[at]!);
    if (order !== 0) return order;
  }
  return a.before.length - b.before.length;
}

function parts(version: string): { core: number[]; before: string[] } {
  const dash = version.indexOf('-');
  const core = (dash < 0 ? version : version.slice(0, dash)).split('.').map(Number);
  return { core, before: dash < 0 ? [] : version.slice(dash + 1).split('.') };
}

/** Numbers by size and before words, words by their characters. */
function comparePart(left: string, right: string): number {
  const [a, b] = [left, right].map((part) => (/^\d+$/.test(part) ? Number(part) : null));
  if (a !== null && b !== null) return a! - b!;
  if (a !== null || b !== null) return a !== null ? -1 : 1;
  return left < right ? -1 : Number(left > right);
}
