/** `fovea worker`: labels chunks of a shared queue until it is stopped; on any number of machines. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { counted } from '../../../src-shared/contract/counts.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { type DeviceChoice, deviceChoiceSchema } from '../../../src-shared/contract/models.ts';
import { demoModelDir } from '../../jobs/presets/resources.ts';
import { downloadedPictures, pictureAddress } from '../../workers/pictures/download.ts';
import { folderPictures, parseFolder } from '../../workers/pictures/folders.ts';
import type { PictureSource } from '../../workers/pictures/source.ts';
import { QueueDatabase } from '../../workers/queue/database.ts';
import { sharedRuns, type SharedRun } from '../../workers/queue/runs.ts';
import { runWorker, type WorkerEvent } from '../../workers/worker/worker.ts';
import { withEngine } from '../engine.ts';
import { Progress } from '../progress.ts';
import { appResources } from '../resources.ts';
import { supervision } from '../share-with-progress.ts';
import { appVersion } from '../version.ts';
import { usageError, type AddCommand } from './frame/command.ts';
import { positiveInteger } from './frame/number-option.ts';
import { EXIT, exitOfBatch } from './frame/exit.ts';
import { IN_FLIGHT_OPTION, type InFlightOptions } from './frame/in-flight-option.ts';
import {
  addressOf,
  heartbeatSeconds,
  QUEUE_FILE_OPTION,
  QUEUE_OPTION,
  type QueueOptions,
} from './frame/queue-option.ts';
import { ADAPTER_OPTION, RPN_OPTION, modelFolders, type RpnOptions } from './frame/rpn-option.ts';

interface Options extends InFlightOptions, RpnOptions, QueueOptions {
  readonly model?: string;
  readonly pictures?: readonly string[];
  readonly device: DeviceChoice;
  readonly exitWhenIdle?: true | number;
}

const DEVICES = deviceChoiceSchema.options;

/** Each worker's: a database has some hundred for all. */
const CONNECTIONS = 2;
const IDLE_S = 30;

export const addWorker: AddCommand = (program, cli) => {
  const command = program
    .command('worker')
    .description('label chunks of a shared queue (fovea label PROJECT --queue fills it), until it is stopped')
    .option(...QUEUE_OPTION)
    .option(...QUEUE_FILE_OPTION)
    .option('--model <model>', 'checkpoint folder, or a name of fovea model list (default: the demo model)')
    .option(...RPN_OPTION)
    .option(...ADAPTER_OPTION)
    .option(
      '--pictures <where>',
      "the project's image folder on this machine (HOST-FOLDER=FOLDER where it has several), or the address of its host (default: as the host says)",
      (text: string, before: readonly string[] = []) => [...before, text],
    )
    .option(...IN_FLIGHT_OPTION)
    .option('--device <name>', DEVICES.join(', '), 'auto')
    .option(
      '--exit-when-idle [seconds]',
      `end when nothing was left for so long (without a number: ${IDLE_S} s), as jobs of a cluster should`,
      positiveInteger('--exit-when-idle'),
    );
  cli.define<Options>(command, async ({ output, stderr, signal }, _args, options) => {
    if (!DEVICES.includes(options.device)) {
      throw usageError(`There is no device "${options.device}"`, `One of: ${DEVICES.join(', ')}`);
    }
    const address = await addressOf(options, output);
    const folders = await modelFolders(options.model ?? demoModelDir(appResources()), options);
    const folder = mkdtempSync(join(tmpdir(), 'fovea-worker-'));
    const progress = new Progress('Labelling', stderr);
    const say = (line: string): void => {
      progress.end();
      output.note(line);
    };
    const queue = await QueueDatabase.open(address, {
      name: 'fovea worker',
      connections: CONNECTIONS,
      superviseSeconds: supervision(heartbeatSeconds()),
    });
    try {
      const report = await withEngine((engine) =>
        runWorker(
          queue,
          engine,
          {
            model: { ...folders, device: options.device },
            version: appVersion(),
            pictures: (run, onWaiting) => picturesOf(queue, run, options.pictures ?? [], folder, onWaiting),
            inFlight: options.inFlight,
            idleMs: idleMs(options.exitWhenIdle),
            onEvent: (event) => tell(event, progress, say),
          },
          signal,
        ),
      );
      progress.end();
      const { done, failed, chunks, refused } = report;
      const rest = refused.length > 0 ? `; refused ${counted(refused.length, 'run')}` : '';
      output.result(
        report,
        `Labelled ${counted(done, 'sample')} of ${counted(chunks, 'chunk')} (${failed} failed)${rest}`,
      );
      return done + failed === 0 && refused.length > 0 ? EXIT.failed : exitOfBatch(failed);
    } finally {
      progress.end();
      await queue.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });
};

function idleMs(option: true | number | undefined): number | null {
  if (option === undefined) return null;
  return 1000 * (option === true ? IDLE_S : option);
}

/** Folders that were given, else the address that was, else the host's own. */
function picturesOf(
  queue: QueueDatabase,
  run: SharedRun,
  given: readonly string[],
  folder: string,
  onWaiting: (reason: string | null) => void,
): PictureSource {
  const addresses = given.filter((text) => /^https?:\/\//.test(text));
  const folders = given.filter((text) => !addresses.includes(text)).map(parseFolder);
  if (folders.length > 0) return folderPictures(run.spec.pictures.roots, folders);
  const [address] = addresses;
  if (address === undefined && run.spec.pictures.url === null) {
    throw new FoveaError('usage', 'the host hands out no pictures', {
      next: 'Say where its image folder is on this machine: --pictures FOLDER',
    });
  }
  const hostOf = ({ spec, token }: SharedRun) => ({
    url: pictureAddress(address ?? spec.pictures.url ?? ''),
    token,
  });
  hostOf(run);
  let known = run;
  const host = async (again: boolean) => {
    const now = again ? (await sharedRuns(queue, run.key))[0] : known;
    if (!now) throw new FoveaError('not_found', 'the run is over, or was taken out of the queue');
    known = now;
    return hostOf(now);
  };
  return downloadedPictures({ host, folder, onWaiting });
}

function acceptedWords({ run, info }: Extract<WorkerEvent, { kind: 'accepted' }>): string {
  const alone = info.oneAtATime === undefined ? '' : `, one sample at a time: ${info.oneAtATime}`;
  return `Run ${run.key} of ${run.spec.project}: ${info.name} on ${info.device}${alone}`;
}

function tell(event: WorkerEvent, progress: Progress, say: (line: string) => void): void {
  switch (event.kind) {
    case 'refused':
      return say(`Run ${event.run.key} of ${event.run.spec.project} is refused: ${event.reason}`);
    case 'accepted':
      return say(acceptedWords(event));
    case 'chunk':
      return event.attempt > 0
        ? say('A chunk that another worker gave back or lost is gone on with')
        : undefined;
    case 'lost':
      return say('The chunk went to another worker: this one was silent for too long');
    case 'waiting':
      return say(event.reason === null ? 'Going on' : `Waiting: ${event.reason}`);
    case 'sample':
      return progress.update({ ...event, total: null, etaSeconds: null });
  }
}
