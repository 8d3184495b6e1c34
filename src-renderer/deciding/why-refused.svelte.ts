/** Why a step is refused: nobody stands behind a label that carries nothing, or of a picture that is not there to be seen. */
import type { Bundle } from '../canvas/bundles.svelte.ts';
import { whyUnseen } from '../canvas/unseen.ts';
import { sameLabel, whyNotStanding, type Edit, type Standing } from '../editing/standing.ts';

export interface Refusal {
  readonly message: string;
  readonly next: string | null;
}

/** @param bundle what is on screen */
export function whyRefused(edit: Edit, standing: Standing, bundle: Bundle | null): Refusal | null {
  return whyItsPicture(edit, standing, bundle) ?? whyNotStanding(edit, standing);
}

/** A step that says nothing for the label, or says what holds already, needs no picture. */
function whyItsPicture(
  { standing: now, sampleId }: Edit,
  standing: Standing,
  bundle: Bundle | null,
): Refusal | null {
  const says = standing.decision === 'accept' || standing.decision === 'correct';
  const same = now.decision === standing.decision && sameLabel(now.label, standing.label);
  if (!says || same || bundle?.detail.id !== sampleId) return null;
  return whyUnseen(bundle.detail.image, bundle.picture !== null);
}
