/** A Qwen2.5-VL checkpoint folder, opened: everything small is read and checked, the weights are only located. */
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { CheckpointRules } from '../../../src-shared/contract/rules.ts';
import type { AdapterFacts } from '../adapter/lay.ts';
import type { Overlays } from '../checkpoint.ts';
import { refuseOtherPlaceholder, tiedUnlessStored } from '../agreement.ts';
import { layOver, namesOf, NOTHING_OVER } from '../checkpoint.ts';
import { hasGate } from '../gate.ts';
import { readGenerationConfig } from '../generation.ts';
import type { GenerationConfig } from '../generation.ts';
import { readJson } from '../files/json-file.ts';
import { checkTensors } from '../required.ts';
import { findPacked } from '../packed/find.ts';
import { refuseQuantisedTensors } from '../quantisation.ts';
import { checkRpnFits, layRpnOver, parseWithRpn, refuseRpnAlone } from '../rpn-folder.ts';
import { readTensors } from '../files/tensor-index.ts';
import { tryPrompt } from '../prompt.ts';
import { readTokenizer } from '../tokenizer/tokenizer.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { WeightIndex } from '../weight-index.ts';
import type { UnknownKey } from '../keys/check.ts';
import { parseQwenConfig, qwenKeys } from './config.ts';
import type { QwenConfig } from './config.ts';
import { readQwenPreprocessor } from './preprocessor.ts';
import type { QwenPreprocessorConfig } from './preprocessor.ts';
import { findQwenNames } from './names.ts';
import { requiredQwenTensors } from './required.ts';
import { qwenRules } from './rules.ts';

export interface QwenCheckpoint {
  readonly dir: string;
  readonly name: string;
  /** The folder whose RPN lies over this one's. */
  readonly rpnDir?: string;
  /** The adapter that lies over this folder's weights. */
  readonly adapter?: AdapterFacts;
  /** Q-Zoom's gate is among the tensors; it runs where the config has one. */
  readonly gate: boolean;
  /** Keys of its config files that Fovea knows nothing of. */
  readonly unknownKeys: readonly UnknownKey[];
  readonly rules: CheckpointRules;
  readonly config: QwenConfig;
  readonly weights: WeightIndex;
  readonly tokenizer: Tokenizer;
  readonly generation: GenerationConfig;
  readonly preprocessor: QwenPreprocessorConfig;
}

/**
 * @param over an RPN and an adapter to lay over it
 * @throws FoveaError `bad_checkpoint`, `unsupported_model` or `missing_tensor`.
 */
export async function openQwen(path: string, over: Overlays = NOTHING_OVER): Promise<QwenCheckpoint> {
  const dir = resolve(path);
  const { rpn, adapter } = over;
  const configPath = join(dir, 'config.json');
  const written = await readJson(configPath, z.unknown());
  const { stated, unknown } = parseWithRpn(written, configPath, rpn, (json, where) => ({
    stated: parseQwenConfig(json, where),
    unknown: qwenKeys(json, where),
  }));
  const { tensors, packing } = await findPacked(
    dir,
    written,
    configPath,
    layRpnOver(await readTensors(dir), rpn),
  );
  const weights = new WeightIndex(packing).add(tensors);
  refuseQuantisedTensors(weights, dir);
  const rules = qwenRules(written, configPath, weights, rpn);
  // Q-Zoom's inference code scores per head whatever roi_multi_head says.
  const branch = stated.rpn && rules.name === 'q-zoom' ? { ...stated.rpn, multiHead: true } : stated.rpn;
  const names = findQwenNames(weights, dir);
  const text = tiedUnlessStored(stated.text, weights, names.head);
  // It was trained beside its own RPN, on states that only its own folder's weights give.
  const gate = rpn ? null : stated.gate;
  const draft = { ...stated, rpn: branch, gate, names, text };
  refuseRpnAlone(weights, draft.names, draft.text, dir);
  const { adapted: config, ...laid } = layOver(adapter, weights, draft.names, draft);
  const required = requiredQwenTensors(config);
  if (rpn) checkRpnFits(rpn, weights, required);
  checkTensors(required, weights, dir);
  const tokenizer = await readTokenizer(dir, 'qwen2_5_vl');
  refuseOtherPlaceholder('<|image_pad|>', config.imageTokenId, tokenizer, configPath);
  if (tokenizer.chatTemplate === null) {
    throw new FoveaError(
      'bad_checkpoint',
      'the checkpoint has no chat template, and Qwen has no other prompt',
      {
        where: dir,
        next: 'Copy chat_template.json or chat_template.jinja from the published repository',
      },
    );
  }
  tryPrompt(tokenizer, config.imageTokenId);
  const { generation, unknownKeys: inGeneration } = await readGenerationConfig(dir, config.eosTokenIds);
  const { preprocessor, unknownKeys: inProcessor } = await readQwenPreprocessor(dir, config.vision);
  return {
    dir,
    ...namesOf(dir, over),
    ...laid,
    gate: hasGate(weights, rpn),
    unknownKeys: [
      ...unknown,
      ...(packing?.unknownKeys ?? []),
      ...tokenizer.unknownKeys,
      ...inGeneration,
      ...inProcessor,
    ],
    rules,
    config,
    weights,
    tokenizer,
    generation,
    preprocessor,
  };
}
