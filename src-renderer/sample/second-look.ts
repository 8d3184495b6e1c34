/** What there is to look at again: the region of a changed label, or the crop of a prediction that has no second answer. */
import type { Prediction } from '../../src-shared/contract/domain.ts';
import type { SourceXyxy } from '../../src-shared/kernels/types.ts';
import { regionsOf } from '../editing/regions.ts';

export type SecondLookWish =
  | { readonly kind: 'map'; readonly predictionId: number }
  /** Whole source pixels. */
  | { readonly kind: 'label'; readonly predictionId: number; readonly box: SourceXyxy }
  | { readonly kind: 'none'; readonly why: string };

interface Subject {
  readonly prediction: Pick<Prediction, 'id' | 'grid' | 'transform' | 'secondStage'> | null;
  readonly image: { readonly width: number; readonly height: number };
}

/**
 * @param label the one on screen, `[H*W]`
 * @param changed it is not the predicted one
 */
export function secondLook(
  { prediction, image }: Subject,
  label: Int8Array | null,
  changed: boolean,
): SecondLookWish {
  if (!prediction) return { kind: 'none', why: 'Label the sample first' };
  const { id: predictionId, grid, transform, secondStage } = prediction;
  if (changed) {
    const nothing = { grid, transform, secondStage: null, boxes: { raw: [], denoised: [], rpn: [] } };
    const [region] = regionsOf(nothing, label, [image.width, image.height]);
    if (region) return { kind: 'label', predictionId, box: region.box };
    return { kind: 'none', why: 'The label has no foreground; paint the region to ask about' };
  }
  if (!secondStage) return { kind: 'map', predictionId };
  return {
    kind: 'none',
    why: 'The model has seen this crop. Change the label to ask about another region',
  };
}
