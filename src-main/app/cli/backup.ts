/** `fovea backup` and `fovea restore`: copies of what people decided, and the way back to one. */
import { counted } from '../../../src-shared/contract/counts.ts';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { backUp, ensureDir } from '../../store/backup/backup.ts';
import { copyName } from '../../store/backup/copies.ts';
import { restoreDatabase } from '../../store/repair/restore.ts';
import { JOURNAL_FILE } from '../../store/journal/journal.ts';
import { readJournal, readRemovals, readRounds, readTags, readVerdicts } from '../../store/journal/read.ts';
import { countMissing } from '../../store/repair/replay.ts';
import { missingRounds } from '../../store/repair/replay-rounds.ts';
import { countMissingTags } from '../../store/repair/replay-tags.ts';
import { countMissingVerdicts } from '../../store/repair/replay-verdicts.ts';
import { withProject } from '../projects.ts';
import type { AddCommand } from './frame/command.ts';
import { EXIT } from './frame/exit.ts';

interface BackupOptions {
  readonly out?: string;
}

export const addBackup: AddCommand = (program, cli) => {
  const command = program
    .command('backup')
    .description("copy a project's database, whole and checked, while it may be in use")
    .argument('<project>', 'project folder')
    .option('--out <file>', "where to (default: the project's backups folder)");
  cli.define<BackupOptions>(command, async ({ output }, [path], { out }) =>
    withProject(path, async ({ db, path: folder, readOnly }) => {
      if (readOnly && !out) throw readOnly;
      const file = out ? resolve(out) : join(ensureDir(folder), copyName(new Date(), 'manual'));
      await backUp(db, file);
      output.result(
        { file },
        `Copied the project's database to ${file}. Maps are left out: they can be made again`,
      );
      return EXIT.done;
    }),
  );
};

export const addRestore: AddCommand = (program, cli) => {
  const command = program
    .command('restore')
    .description("put a copy in the place of a project's database; the one that is there is kept beside it")
    .argument('<project>', 'project folder')
    .argument('<file>', 'a copy that fovea backup made, or one of its backups folder');
  cli.define(command, async ({ output }, [path, copy]) => {
    const folder = resolve(path);
    const inBackups = join(folder, 'backups', copy);
    const file = !existsSync(resolve(copy)) && existsSync(inBackups) ? inBackups : resolve(copy);
    const aside = restoreDatabase(folder, file);
    const journal = join(folder, JOURNAL_FILE);
    const later = await withProject(folder, async ({ db }) => {
      const removals = await readRemovals(journal);
      const decisions = await countMissing(db, readJournal(journal), removals);
      return {
        decisions,
        tags: await countMissingTags(db, readTags(journal), removals),
        verdicts: await countMissingVerdicts(db, readVerdicts(journal), removals),
        rounds: missingRounds(db, await readRounds(journal)).length,
      };
    }).catch((thrown: unknown) => {
      throw new FoveaError('bad_project', 'the copy is in place but does not open', {
        where: folder,
        next: `The former database is in ${aside ?? 'no place'}`,
        cause: thrown,
      });
    });
    output.result(
      {
        restored: file,
        aside,
        later: later.decisions,
        laterTags: later.tags,
        laterVerdicts: later.verdicts,
        laterRounds: later.rounds,
      },
      [
        `Restored ${file}`,
        ...(aside ? [`The former database is in ${aside}`] : []),
        ...(later.decisions + later.tags + later.verdicts + later.rounds > 0
          ? [`The journal holds ${laterWords(later)}; fovea doctor --repair ${path} puts them back`]
          : []),
      ].join('\n'),
    );
    return EXIT.done;
  });
};

function laterWords({
  decisions,
  tags,
  verdicts,
  rounds,
}: Readonly<Record<'decisions' | 'tags' | 'verdicts' | 'rounds', number>>): string {
  const parts = [
    ...(decisions > 0 ? [counted(decisions, 'later decision')] : []),
    ...(rounds > 0 ? [counted(rounds, 'later round of dealing', 'later rounds of dealing')] : []),
    ...(tags > 0 ? [counted(tags, 'later change of a tag', 'later changes of tags')] : []),
    ...(verdicts > 0 ? [counted(verdicts, 'later verdict on an answer', 'later verdicts on answers')] : []),
  ];
  return parts.join(', ');
}
