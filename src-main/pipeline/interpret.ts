/** Attention rows and RPN logits to what a prediction stores: maps with their places, label, boxes. */
import type { PlacedMap } from '../../src-shared/contract/outcome.ts';
import type { SourceXyxy } from '../../src-shared/kernels/types.ts';
import type { LabelOutcome, LabelRequest } from '../engine/protocol.ts';
import type { FirstStage } from './passes/first-stage.ts';
import type { Placement } from './subject/geometry.ts';
import { emptyAnswer, labelMaps } from './labels/labels.ts';
import { denoisedMap, mapOf, mapsOfHeads, quantise } from './labels/maps.ts';
import type { QuantisedMap } from './labels/maps.ts';
import { roiOf } from './labels/roi.ts';
import type { Roi } from './labels/roi.ts';
import { sliceRows } from './passes/rows.ts';
import type { EncodedImage } from './subject/subject.ts';

export interface Found {
  readonly outcome: Omit<LabelOutcome, 'answer' | 'answerTokens' | 'secondStage' | 'timings' | 'device'>;
  /** What the second stage crops: the RPN's box, or the denoised map's without an RPN. */
  readonly roi: Roi;
  /** Which map that is. */
  readonly from: 'rpn' | 'denoised';
  /** What the grounding map would have cropped. */
  readonly raw: Roi;
}

/**
 * @param encoded the picture as the first stage saw it
 * @param asked the RPN's logits `[N]` and the picture it was asked about, not always as the teacher sees it (METHOD §1);
 *   null when nobody asked it, or there is none
 */
export function interpret(
  { preset, want }: Omit<LabelRequest, 'model'>,
  { image, placement }: EncodedImage,
  first: FirstStage,
  asked: { readonly logits: Float32Array; readonly encoded: EncodedImage } | null,
): Found {
  const { grid } = placement;
  const rows =
    preset.rows === 'answer' ? first.answerRows : first.promptRows && sliceRows(first.promptRows, -1);
  const grounding = rows && mapOf(rows, preset.grounding);
  const sink = rows && preset.sink && mapOf(rows, preset.sink);
  const question = want.questionMap && first.promptRows ? mapOf(first.promptRows, preset.grounding) : null;
  const denoised = grounding && denoisedMap(grounding, sink, preset, grid, placement.paddedFrom);
  const rpn = asked && quantise(asked.logits);
  const rpnPlacement = asked?.encoded.placement ?? placement;
  const { labels, dropped } = grounding
    ? labelMaps(grounding, sink, grid, placement.paddedFrom, preset.labels)
    : emptyAnswer(grid);
  const rois = {
    raw: roi(grounding, 'attention', placement, preset),
    denoised: roi(denoised, 'attention', placement, preset),
    rpn: roi(rpn, 'rpn', rpnPlacement, preset),
  };
  const outcome = {
    imageSize: [image.width, image.height] as const,
    grid,
    transform: placement.transform,
    maps: {
      grounding: placed(grounding, placement),
      sink: placed(sink, placement),
      question: placed(question, placement),
      denoised: placed(denoised, placement),
      rpn: placed(rpn, rpnPlacement),
    },
    headMaps: rows ? mapsOfHeads(rows, want.allHeadsOf) : [],
    labels,
    dropped,
    boxes: { raw: boxesOf(rois.raw), denoised: boxesOf(rois.denoised), rpn: boxesOf(rois.rpn) },
  };
  return { outcome, roi: rpn ? rois.rpn : rois.denoised, from: rpn ? 'rpn' : 'denoised', raw: rois.raw };
}

function placed(map: QuantisedMap | null, { grid, transform }: Placement): PlacedMap | null {
  return map && { grid, transform, bits: map.bits };
}

function roi(
  map: QuantisedMap | null,
  kind: 'attention' | 'rpn',
  placement: Placement,
  preset: LabelRequest['preset'],
): Roi {
  return map ? roiOf(map.values, kind, placement, preset.roi) : { crops: [], none: 'no_box' };
}

function boxesOf({ crops }: Roi): SourceXyxy[] {
  return crops.map(({ box }) => box);
}
