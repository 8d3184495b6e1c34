import { exporters } from '../../exporters/index.ts';
import { exportSamples } from '../../jobs/export.ts';
import { importQuestions } from '../../jobs/import.ts';
import type { Handlers } from './context.ts';

export const exchangeHandlers = {
  'import.start': ({ session }, { imagesDir, questionsFile }) => {
    const open = session();
    return open.task(async (signal) => {
      const report = await importQuestions(open.project, { imagesDir, questionsFile, signal });
      open.projectChanged(true);
      return { added: report.added, skipped: report.skipped, failed: report.failed };
    });
  },

  'export.start': ({ session }, request) => {
    const open = session();
    return open.task((signal) => exportSamples(open.project, { ...request, signal }, exporters));
  },
} satisfies Partial<Handlers>;
