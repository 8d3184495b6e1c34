/** `fovea label`: predictions for every sample that lacks one. Stopped or killed, the same command goes on. */
import { counted } from '../../../src-shared/contract/counts.ts';
import { type DeviceChoice, deviceChoiceSchema } from '../../../src-shared/contract/models.ts';
import { unansweredWords, type LabelJobParams } from '../../jobs/label/run.ts';
import { runOfAnotherPrompt } from '../../jobs/label/run-prompts.ts';
import { labelPreview } from '../../jobs/label/preview.ts';
import { badWords } from '../../jobs/features/keeping.ts';
import { labelWithProgress } from '../label-with-progress.ts';
import { shareWithProgress } from '../share-with-progress.ts';
import { withProject } from '../projects.ts';
import { agreeToReplace } from './frame/agree.ts';
import { featureLine, gigabytes, keepFeaturesOf, keptWords } from './frame/features-option.ts';
import { usageError, type AddCommand } from './frame/command.ts';
import { positiveInteger } from './frame/number-option.ts';
import { exitOfBatch } from './frame/exit.ts';
import {
  CERTIFICATE_OPTION,
  KEY_OPTION,
  LISTEN_OPTION,
  listenOf,
  type ListenOptions,
} from './frame/listen-option.ts';
import {
  addressOf,
  heartbeatSeconds,
  QUEUE_FILE_OPTION,
  QUEUE_OPTION,
  wantsQueue,
  type QueueOptions,
} from './frame/queue-option.ts';
import { GATE_OPTION, type GateOptions } from './frame/gate-option.ts';
import { IN_FLIGHT_OPTION, type InFlightOptions } from './frame/in-flight-option.ts';
import { PRECISION_OPTION, type PrecisionOptions } from './frame/precision-option.ts';
import { ADAPTER_OPTION, RPN_OPTION, modelDir, type RpnOptions } from './frame/rpn-option.ts';
import { filterWhere, WHERE_OPTION } from './frame/where-option.ts';

interface Options
  extends GateOptions, InFlightOptions, RpnOptions, PrecisionOptions, QueueOptions, ListenOptions {
  readonly model?: string;
  readonly preset?: string;
  readonly limit?: number;
  readonly where?: string;
  readonly answers: 'self' | 'given';
  readonly device: DeviceChoice;
  readonly yes?: boolean;
  readonly keepFeatures?: true | number;
  readonly chunk: number;
}

/** Samples a chunk, unless said otherwise: minutes on a large model, seconds on a small one. */
const CHUNK = 200;
const MOST_OF_CHUNK = 1000;

const DEVICES = deviceChoiceSchema.options;

export const addLabel: AddCommand = (program, cli) => {
  const command = program
    .command('label')
    .description('label the samples that lack a prediction; run it again to go on after a stop')
    .argument('<project>', 'project folder')
    .option(
      '--model <model>',
      'checkpoint folder, or a name of fovea model list (default: the one used last, else the demo model)',
    )
    .option(...RPN_OPTION)
    .option(...ADAPTER_OPTION)
    .option('--preset <id>', 'layers, heads and thresholds (default: the one that fits the model)')
    .option(...GATE_OPTION)
    .option('--limit <n>', 'label at most so many samples', positiveInteger('--limit'))
    .option(...WHERE_OPTION)
    .option(
      '--answers <which>',
      "self: the model's own answer; given: the answer of the data, fed in",
      'self',
    )
    .option('--yes', 'do not ask before labels of another run give way (only a terminal is asked)')
    .option(
      '--keep-features [GB]',
      'keep what an RPN reads of each sample, for training and fovea rpn predict, and the encodings of pictures, for labelling them again; in at most so many GB (default: as said last, or 20)',
      gigabytes('--keep-features'),
    )
    .option(...IN_FLIGHT_OPTION)
    .option('--device <name>', DEVICES.join(', '), 'auto')
    .option(...PRECISION_OPTION)
    .option(...QUEUE_OPTION)
    .option(...QUEUE_FILE_OPTION)
    .option(
      '--chunk <n>',
      'with --queue: samples that a worker takes at a time',
      positiveInteger('--chunk'),
      CHUNK,
    )
    .option(...LISTEN_OPTION)
    .option(...CERTIFICATE_OPTION)
    .option(...KEY_OPTION);
  cli.define<Options>(command, async (context, [path], options) => {
    const { output, stderr, signal } = context;
    if (!['self', 'given'].includes(options.answers)) {
      throw usageError(`--answers must be self or given, not ${options.answers}`, 'See fovea label --help');
    }
    if (!DEVICES.includes(options.device)) {
      throw usageError(`There is no device "${options.device}"`, `One of: ${DEVICES.join(', ')}`);
    }
    if (options.chunk > MOST_OF_CHUNK) {
      throw usageError(`--chunk is at most ${MOST_OF_CHUNK}, not ${options.chunk}`, 'See fovea label --help');
    }
    const share = wantsQueue(options)
      ? {
          queue: await addressOf(options, output),
          chunkSize: options.chunk,
          listen: listenOf(options),
          heartbeatSeconds: heartbeatSeconds(),
        }
      : null;
    if (share && options.inFlight !== undefined) {
      throw usageError(
        '--in-flight is about labelling here: with --queue the workers label',
        'Leave one out',
      );
    }
    const unscoped = {
      modelDir: options.model === undefined ? null : await modelDir(options.model),
      rpnDir: options.rpn === undefined ? undefined : await modelDir(options.rpn),
      adapterDir: options.adapter === undefined ? undefined : await modelDir(options.adapter),
      presetId: options.preset ?? null,
      gate: options.gate,
      answerMode: options.answers === 'given' ? 'teacher' : 'self',
      limit: options.limit ?? null,
      device: options.device,
      precision: options.precision,
      inFlight: options.inFlight,
      ...keepFeaturesOf(options.keepFeatures),
    } as const;
    const report = await withProject(
      path,
      async (project) => {
        const { where } = options;
        const scope =
          where === undefined ? null : { filter: filterWhere(project.db, where), ids: null, except: [] };
        const wish = { ...unscoped, scope };
        const old = await runOfAnotherPrompt(project);
        if (old && (wish.modelDir === null || wish.modelDir === old.dir)) {
          output.note(
            `Run ${old.runId} was made with another prompt than its model is asked with now: labelling makes a new run, decisions are kept`,
          );
        }
        const agree = async (params: LabelJobParams): Promise<void> => {
          const preview = await labelPreview(project, params);
          if (params.keepFeatures) output.note(await featureLine(project, params, preview.toLabel));
          await agreeToReplace(context, preview, path, options.yes === true);
        };
        return share
          ? shareWithProgress(project, { ...wish, ...share }, stderr, signal, agree)
          : labelWithProgress(project, wish, stderr, signal, agree);
      },
      { writes: true },
    );
    for (const { sampleId, reason } of report.failures) output.note(`sample ${sampleId}: ${reason}`);
    const { done, failed, skipped, gated, unanswered, seconds, runId, failures, features, oneAtATime } =
      report;
    if (oneAtATime !== null) output.note(`One sample at a time: ${oneAtATime}`);
    if (features?.stopped) output.note(`From some sample on features were not kept: ${features.stopped}`);
    if (features?.bad) output.note(badWords(features.bad));
    const kept = features && {
      features_kept: features.count,
      features_bytes: features.bytes,
      encodings_kept: features.encodings.count,
      encodings_bytes: features.encodings.bytes,
      encodings_reused: features.encodings.reused,
    };
    const left = unansweredWords(unanswered);
    if (left !== null) output.note(`${left} (--answers self)`);
    const without = unanswered > 0 ? `, ${unanswered} have no answer to feed` : '';
    const leftOut = gated === null ? '' : `; the gate left out ${counted(gated, 'crop')} of run ${runId}`;
    output.result(
      {
        done,
        failed,
        skipped,
        ...(gated === null ? {} : { gated }),
        unanswered,
        seconds,
        run: runId,
        ...kept,
        failures,
      },
      `Labelled ${counted(done, 'sample')} (${Math.max(0, skipped - unanswered)} needed no work${without}, ${failed} failed) in ${seconds.toFixed(1)} s${keptWords(features)}${leftOut}`,
    );
    return exitOfBatch(failed);
  });
};
