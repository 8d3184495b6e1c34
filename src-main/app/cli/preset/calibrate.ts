/** `fovea calibrate`: heads, sinks and thresholds for a model, from samples whose answer's place is known. */
import { counted } from '../../../../src-shared/contract/counts.ts';
import { FoveaError } from '../../../../src-shared/contract/errors.ts';
import { type DeviceChoice, deviceChoiceSchema } from '../../../../src-shared/contract/models.ts';
import { presetSchema } from '../../../../src-shared/contract/preset.ts';
import { NO_FILTER } from '../../../../src-shared/contract/procedures.ts';
import type { HeadEvidence } from '../../../../src-shared/kernels/calibration/calibrate.ts';
import { type Calibrated, runCalibration } from '../../../jobs/calibrate/calibrate.ts';
import { modelFolders } from '../../../jobs/label/params.ts';
import { knownPresets } from '../../../jobs/presets/presets.ts';
import type { Resources } from '../../../jobs/presets/resources.ts';
import { savePreset } from '../../../jobs/presets/save-preset.ts';
import { withEngine } from '../../engine.ts';
import { Progress } from '../../progress.ts';
import { withProject } from '../../projects.ts';
import { appResources } from '../../resources.ts';
import { usageError, type AddCommand } from '../frame/command.ts';
import { EXIT } from '../frame/exit.ts';
import { positiveInteger, wholeNumber } from '../frame/number-option.ts';
import { modelDir } from '../frame/rpn-option.ts';
import { filterWhere, WHERE_OPTION } from '../frame/where-option.ts';

interface Options {
  readonly model?: string;
  readonly boxes: number;
  readonly against: 'truth' | 'reviewed';
  readonly where?: string;
  readonly prompt: 'textual' | 'natural';
  readonly device: DeviceChoice;
  readonly seed: number;
  readonly save?: string;
}

/** All of them are in memory at once. */
const MOST_BOXES = 200;
const SHOWN_HEADS = 12;

export const addCalibrate: AddCommand = (program, cli) => {
  const command = program
    .command('calibrate')
    .description(
      'find heads, sinks and thresholds for a model from a few samples whose answer’s place is known',
    )
    .argument('<project>', 'project folder')
    .option(
      '--model <model>',
      'checkpoint folder, or a name of fovea model list (default: the one used last, else the demo model)',
    )
    .option('--boxes <n>', `samples to choose by, at most ${MOST_BOXES}`, positiveInteger('--boxes'), 30)
    .option(
      '--against <what>',
      'truth: boxes of the data; reviewed: labels that people stand behind',
      'truth',
    )
    .option(...WHERE_OPTION)
    .option('--prompt <kind>', 'of a Qwen teacher: textual or natural', 'textual')
    .option('--device <name>', deviceChoiceSchema.options.join(', '), 'auto')
    .option(
      '--seed <n>',
      'which samples, folds and resamples',
      wholeNumber('--seed', { least: 0, most: 1_000_000 }),
      1,
    )
    .option('--save <id>', 'save what is found as a preset of this id, with its evidence in its notes');
  cli.define<Options>(command, async ({ output, stderr, signal }, [path], options) => {
    const { boxes, against, prompt, seed, save, device } = options;
    if (!['truth', 'reviewed'].includes(against))
      throw usageError(`--against must be truth or reviewed, not ${against}`, 'See fovea calibrate --help');
    if (!['textual', 'natural'].includes(prompt))
      throw usageError(`--prompt must be textual or natural, not ${prompt}`, 'See fovea calibrate --help');
    if (!deviceChoiceSchema.options.includes(device))
      throw usageError(`There is no device "${device}"`, `One of: ${deviceChoiceSchema.options.join(', ')}`);
    if (boxes > MOST_BOXES)
      throw usageError(`--boxes is at most ${MOST_BOXES}, not ${boxes}`, 'See fovea calibrate --help');
    if (save !== undefined && !presetSchema.shape.id.safeParse(save).success)
      throw usageError(
        `--save ${JSON.stringify(save)} is no id of a preset`,
        'Small letters, digits, points and hyphens',
      );
    const resources = appResources();
    if (save !== undefined) await requireFree(save, resources);
    const given = options.model === undefined ? null : await modelDir(options.model);
    const progress = new Progress('Asking', stderr);
    const found = await withProject(path, (project) =>
      withEngine(async (engine) => {
        const wish = { modelDir: given, presetId: null, answerMode: 'self', limit: null } as const;
        const model = { ...(await modelFolders(project, wish, resources)), device };
        const filter = options.where === undefined ? NO_FILTER : filterWhere(project.db, options.where);
        return runCalibration(
          project,
          engine,
          model,
          resources,
          { filter, against, boxes, seed, prompt, id: save ?? 'calibrated' },
          (done, total) => progress.update({ total, done, failed: 0, rate: null, etaSeconds: null }),
          signal,
        );
      }),
    ).finally(() => progress.end());
    if (save !== undefined) await savePreset(resources, found.preset, false);
    output.result({ ...resultOf(found), saved: save ?? null }, words(found, save ?? null));
    return EXIT.done;
  });
};

/** At once: nobody wants to hear of it after minutes. @throws FoveaError `conflict` */
async function requireFree(id: string, resources: Resources): Promise<void> {
  if (!(await knownPresets(resources)).some((preset) => preset.id === id)) return;
  throw new FoveaError('conflict', `there is a preset "${id}" already`, { next: 'Choose another id' });
}

function resultOf({
  info,
  calibration,
  preset,
  branchLayer,
  beside,
  sinkDimensions,
  leftOut,
}: Calibrated): object {
  const { heldOut, onAll, heads, samples } = calibration;
  return {
    model: { dir: info.dir, name: info.name, layers: info.layers, heads: info.heads },
    samples,
    left_out: leftOut,
    held_out_auc: heldOut,
    auc_on_all: onAll,
    beside: beside === null ? null : { preset: beside, auc: calibration.beside },
    branch_layer: branchLayer,
    sink_dimensions: sinkDimensions,
    heads,
    preset,
  };
}

function words(
  { calibration, preset, branchLayer, beside, sinkDimensions }: Calibrated,
  saved: string | null,
): string {
  const { heads, samples, heldOut } = calibration;
  const row = ({
    layer,
    head,
    auc,
    pointing,
    coverage,
    bestIou,
    stability,
    sinkScore,
  }: HeadEvidence): string =>
    [
      `${layer}:${head}`.padEnd(8),
      ...[auc, pointing, coverage, bestIou, sinkScore].map((value) => value.toFixed(3)),
      `${Math.round(stability * 100)}%`.padStart(6),
    ].join('  ');
  const sets = (of: typeof preset.sink): string =>
    of === null ? 'none' : of.map(({ layer, heads: each }) => `${layer}: ${String(each)}`).join(' · ');
  return [
    `Heads by their AUC over ${counted(samples, 'sample')} (layer:head, AUC, pointing game, coverage, best IoU, sink score, stability):`,
    ...heads.slice(0, SHOWN_HEADS).map(row),
    `Proposed heads   ${sets(preset.grounding)}`,
    `Sinks            ${sets(preset.sink)}${preset.sink === null ? '' : `, from ${preset.labels.sinkThresh}`}`,
    `Thresholds       foreground ${preset.labels.binaryCoff}, background ${preset.labels.bgCoff}, RoI ${preset.roi.threshold}`,
    `Sink dimensions  ${sinkDimensions.map(({ dimension }) => dimension).join(', ') || 'none'}`,
    `Branch layer     ${branchLayer}`,
    `Held-out AUC     ${number(heldOut.raw)} raw, ${number(heldOut.denoised)} without sinks, standard error ${number(heldOut.standardError)}`,
    ...(beside === null || calibration.beside === null
      ? []
      : [
          `Preset ${beside}  ${number(calibration.beside.raw)} raw, ${number(calibration.beside.denoised)} without sinks`,
        ]),
    saved === null ? 'Save it with --save ID' : `Saved as preset ${saved}`,
  ].join('\n');
}

function number(value: number | null): string {
  return value === null ? 'unknown' : value.toFixed(3);
}
