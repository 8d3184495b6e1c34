/**
 * What a project's processes answered as saved, and whether it is still there: in the database or, overtaken by a later
 * decision of its sample after a restore, in the journal.
 */
import { join } from 'node:path';
import { readdirSync } from 'node:fs';
import Database from 'better-sqlite3';
import { z } from 'zod';
import { JOURNAL_FILE } from '../../../src-main/store/journal/journal.ts';
import { readJournal } from '../../../src-main/store/journal/read.ts';
import { type Project, openProject } from '../../../src-main/store/file/project.ts';

const saidSchema = z.union([
  z.object({ sampleId: z.number().int(), note: z.string(), at: z.string() }),
  z.object({ batch: z.string(), decided: z.number().int() }),
]);
type Said = z.infer<typeof saidSchema>;

export class Ledger {
  readonly #said: Said[] = [];

  /** Lines of `deciding-child.ts`; the last one may be cut off. */
  add(lines: readonly string[]): void {
    for (const line of lines) {
      try {
        this.#said.push(saidSchema.parse(JSON.parse(line)));
      } catch {
        // Cut off by the kill: it was not heard.
      }
    }
  }

  get size(): number {
    return this.#said.reduce((sum, one) => sum + ('batch' in one ? one.decided : 1), 0);
  }

  /** @returns in words what is missing or wrong; `path` must open as it is */
  async check(path: string): Promise<string[]> {
    let project: Project;
    try {
      project = openProject(path);
    } catch (thrown) {
      return [`the project does not open: ${String(thrown)}`];
    }
    try {
      const problems: string[] = [];
      const sound = project.db.pragma('integrity_check(1)', { simple: true });
      if (sound !== 'ok') problems.push(`the database is damaged: ${String(sound)}`);
      if (project.journalProblem() !== null) problems.push(`the journal: ${project.journalProblem()}`);
      const journal = { notes: new Set<string | null>(), batches: new Map<string, number>() };
      for await (const { note, reviewer } of readJournal(join(path, JOURNAL_FILE))) {
        journal.notes.add(note);
        journal.batches.set(reviewer, (journal.batches.get(reviewer) ?? 0) + 1);
      }
      const noted = project.db.prepare('SELECT 1 FROM review WHERE note = ?');
      const later = project.db.prepare('SELECT 1 FROM review WHERE sample_id = ? AND created_at >= ?');
      const batched = project.db.prepare('SELECT COUNT(*) FROM review WHERE reviewer = ?').pluck();
      for (const one of this.#said) {
        if ('batch' in one) {
          const [stored, written] = [Number(batched.get(one.batch)), journal.batches.get(one.batch) ?? 0];
          if (written < one.decided)
            problems.push(`${one.batch}: ${written} of ${one.decided} in the journal`);
          if (stored > one.decided)
            problems.push(`${one.batch}: ${stored} of ${one.decided} in the database`);
          continue;
        }
        if (!journal.notes.has(one.note)) problems.push(`"${one.note}" is missing from the journal`);
        if (noted.get(one.note) === undefined && later.get(one.sampleId, one.at) === undefined)
          problems.push(`"${one.note}" is missing from the database, and nothing later stands in its place`);
      }
      return problems;
    } finally {
      project.close();
    }
  }
}

/** Copies that were named and are not whole. */
export function brokenCopies(project: string): string[] {
  let names: string[];
  try {
    names = readdirSync(join(project, 'backups'));
  } catch {
    return [];
  }
  return names
    .filter((name) => name.endsWith('.db') && !name.startsWith('.'))
    .flatMap((name) => {
      try {
        const db = new Database(join(project, 'backups', name), { readonly: true });
        try {
          const answer = db.pragma('quick_check(1)', { simple: true });
          return answer === 'ok' ? [] : [`${name}: ${String(answer)}`];
        } finally {
          db.close();
        }
      } catch (thrown) {
        return [`${name}: ${String(thrown)}`];
      }
    });
}
