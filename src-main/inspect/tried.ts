/** What a page is shown of an outcome that is not in the project. */
import type { PlacedMapBytes } from '../../src-shared/contract/domain.ts';
import type { TriedAnswer } from '../../src-shared/contract/inspect.ts';
import type { PlacedMap } from '../../src-shared/contract/outcome.ts';
import type { LabelOutcome } from '../engine/protocol.ts';
import { mapToBytes } from '../store/bytes.ts';

/** Boxes are xyxy in stored pixels of the picture, maps float16 bytes `[H*W]` with their place on it. */
export function triedAnswer(question: string, outcome: LabelOutcome): TriedAnswer {
  const { answer, secondStage, dropped, boxes, maps, timings, device } = outcome;
  return {
    question,
    answer,
    secondStage: secondStage && { ...secondStage, crop: secondStage.crop && [...secondStage.crop] },
    dropped,
    boxes: {
      raw: boxes.raw.map((box) => [...box]),
      denoised: boxes.denoised.map((box) => [...box]),
      rpn: boxes.rpn.map((box) => [...box]),
    },
    maps: { raw: bytes(maps.grounding), denoised: bytes(maps.denoised), rpn: bytes(maps.rpn) },
    timings,
    device,
  };
}

function bytes(map: PlacedMap | null): PlacedMapBytes | null {
  return map && { grid: [...map.grid], transform: map.transform, data: mapToBytes(map.bits) };
}
