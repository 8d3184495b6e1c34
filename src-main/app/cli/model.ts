/** `fovea model check`: whether a checkpoint folder can be used, found out by loading it. */
import { resolve } from 'node:path';
import { choosePreset, loadPresets } from '../../jobs/presets.ts';
import type { ModelInfo } from '../../engine/protocol.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { withEngine } from '../engine.ts';
import { appResources } from '../resources.ts';
import type { AddCommand } from './command.ts';
import { EXIT } from './exit.ts';

export const addModel: AddCommand = (program, cli) => {
  const check = program
    .command('model')
    .description('checkpoints')
    .command('check')
    .description('load a checkpoint folder and say what it is')
    .argument('<dir>', 'folder with config.json and *.safetensors');
  cli.define(check, async ({ output }, [dir]) => {
    const info = await withEngine((engine) => engine.modelInfo({ dir: resolve(dir), device: 'auto' }));
    const preset = await fittingPreset(info);
    output.result({ ...info, preset }, describe(info, preset));
    return EXIT.done;
  });
};

/** The preset `fovea label` would take, or null when the person has to name one. */
async function fittingPreset(info: ModelInfo): Promise<string | null> {
  try {
    return choosePreset(await loadPresets(appResources().presetsDir), info, null).id;
  } catch (error) {
    if (error instanceof FoveaError && error.code === 'bad_input') return null;
    throw error;
  }
}

function describe(info: ModelInfo, preset: string | null): string {
  const { rpn, selfCheck } = info;
  return [
    `${info.name}: ${info.family}, ${(info.parameters / 1e6).toFixed(1)} M parameters`,
    `  decoder    ${info.layers} layers, ${info.heads} heads; grid ${info.grid.join('×')}`,
    `  RPN        ${rpn ? `from layer ${rpn.k}, ${rpn.t} layers` : 'none in this checkpoint'}`,
    `  preset     ${preset ?? 'none fits on its own; name one with --preset'}`,
    `  device     ${info.device}, loaded in ${info.loadMs.toFixed(0)} ms`,
    ...(selfCheck
      ? [`  self-check ${selfCheck.maxError.toExponential(1)} from the CPU (limit ${selfCheck.limit})`]
      : []),
  ].join('\n');
}
