/** Reports of crashed processes stay on this machine, a few of them, where the person can find and delete them. */
import { join } from 'node:path';
import { app, crashReporter, shell } from 'electron';
import { dataDir } from '../data-dir.ts';
import { keepNewest } from './newest-reports.ts';

/** Some megabytes each. */
const MOST = 10;

function folder(): string {
  return join(dataDir(), 'crashes');
}

/** Call it first of all: what crashes before is not reported. Nothing is ever sent anywhere. */
export function keepCrashReports(): void {
  app.setPath('crashDumps', folder());
  crashReporter.start({ uploadToServer: false });
  keepNewest(folder(), MOST);
}

/** The folder, in the system's file manager. */
export function showCrashReports(): void {
  void shell.openPath(folder());
}
