/** What calibration found, as a preset that can be saved and used. */
import type { HeadSet, Preset } from '../../../src-shared/contract/preset.ts';
import type { Calibration, Choice } from '../../../src-shared/kernels/calibration/calibrate.ts';
import type { ModelInfo } from '../../engine/protocol.ts';

/** @param neutral what the maps were asked for with */
export function proposedPreset(
  neutral: Preset,
  info: ModelInfo,
  { chosen, thresholds }: Calibration,
  named: { readonly id: string; readonly name: string; readonly notes: string },
): Preset {
  return {
    ...neutral,
    ...named,
    grounding: headSets(chosen.grounding, info.heads),
    sink: chosen.sinks && headSets(chosen.sinks.heads, info.heads),
    labels: {
      ...neutral.labels,
      sinkThresh: chosen.sinks?.threshold ?? 0,
      binaryCoff: thresholds.binaryCoff,
      bgCoff: thresholds.bgCoff,
    },
    roi: { ...neutral.roi, threshold: thresholds.roi },
    model: { layers: info.layers, heads: info.heads },
  };
}

/** Heads that are numbered through the model, by layer. */
export function headSets(heads: readonly number[], headsPerLayer: number): HeadSet[] {
  const byLayer = Map.groupBy(heads, (head) => Math.floor(head / headsPerLayer));
  return [...byLayer]
    .sort(([a], [b]) => a - b)
    .map(([layer, of]) => ({ layer, heads: of.map((head) => head % headsPerLayer).sort((a, b) => a - b) }));
}

/** A preset's heads, numbered through the model. */
export function choiceOf({ grounding, sink, labels }: Preset, headsPerLayer: number): Choice {
  const numbered = (sets: readonly HeadSet[]): number[] =>
    sets.flatMap(({ layer, heads }) => {
      const of = heads === 'all' ? Array.from({ length: headsPerLayer }, (_, head) => head) : heads;
      return of.map((head) => layer * headsPerLayer + head);
    });
  return {
    grounding: numbered(grounding),
    sinks: sink && { heads: numbered(sink), threshold: labels.sinkThresh },
  };
}

/**
 * The layer whose input the RPN reads (METHOD §3): the first that has seen all of the proposed heads' work, as the authors'
 * LLaVA-1.5-7B has it, with room for its layers.
 */
export function branchLayer(grounding: readonly number[], info: ModelInfo): number {
  const last = Math.max(...grounding.map((head) => Math.floor(head / info.heads)));
  return Math.min(last + 1, info.layers - 1);
}
