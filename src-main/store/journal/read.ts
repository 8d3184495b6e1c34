/** A whole journal, line by line. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { keyOf, parseJournalLine, type JournalLine } from './line.ts';
import { parseTagLine, tagKeyOf, type TagLine } from './tag-line.ts';
import { parseVerdictLine, verdictKeyOf, type VerdictLine } from './verdict-line.ts';
import { parseRemovalLine, Removed } from './removal-line.ts';
import { parseDealtLine, parseRoundLine, roundKeyOf, type DealtLine, type RoundLine } from './round-line.ts';

/** Far above any decision: one letter a token, and words people wrote. */
const LONGEST_LINE = 4_000_000;

/** Decisions, each once, as they were written; a missing file has none. Lines that were cut off are left out. */
export async function* readJournal(path: string): AsyncGenerator<JournalLine> {
  const seen = new Set<string>();
  for await (const text of lines(path)) {
    const line = parseJournalLine(text);
    if (line === null || seen.has(keyOf(line))) continue;
    seen.add(keyOf(line));
    yield line;
  }
}

/** Changes of tags, each once, as they were written; a missing file has none. */
export async function* readTags(path: string): AsyncGenerator<TagLine> {
  const seen = new Set<string>();
  for await (const text of lines(path)) {
    const line = parseTagLine(text);
    if (line === null || seen.has(tagKeyOf(line))) continue;
    seen.add(tagKeyOf(line));
    yield line;
  }
}

/** Verdicts on answers, each once, as they were written; a missing file has none, and so has one of an older version. */
export async function* readVerdicts(path: string): AsyncGenerator<VerdictLine> {
  const seen = new Set<string>();
  for await (const text of lines(path)) {
    const line = parseVerdictLine(text);
    if (line === null || seen.has(verdictKeyOf(line))) continue;
    seen.add(verdictKeyOf(line));
    yield line;
  }
}

/** What became of rounds, each once, as it was written; a missing file has none, and so has one of an older version. */
export async function readRounds(path: string): Promise<RoundLine[]> {
  const rounds = new Map<string, RoundLine>();
  for await (const text of lines(path)) {
    const line = parseRoundLine(text);
    if (line && !rounds.has(roundKeyOf(line))) rounds.set(roundKeyOf(line), line);
  }
  return [...rounds.values()];
}

/** To whom samples were dealt, as it was written, a line written twice too. */
export async function* readDealt(path: string): AsyncGenerator<DealtLine> {
  for await (const text of lines(path)) {
    const line = parseDealtLine(text);
    if (line) yield line;
  }
}

/** What a journal says was removed. */
export async function readRemovals(path: string): Promise<Removed> {
  const removed = new Removed();
  for await (const text of lines(path)) {
    const line = parseRemovalLine(text);
    if (line) removed.add(line);
  }
  return removed;
}

async function* lines(path: string): AsyncGenerator<string> {
  const stream = createReadStream(path, 'utf8');
  try {
    for await (const text of createInterface({ input: stream, crlfDelay: Infinity }))
      if (text.length <= LONGEST_LINE) yield text;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  } finally {
    stream.destroy();
  }
}
