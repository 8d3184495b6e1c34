/** Words about samples that are no longer in the project. */
import { FoveaError } from '../../src-shared/contract/errors.ts';

export function removedWords(sampleId: number): string {
  return `Sample no. ${sampleId} was removed from the project`;
}

/** @param what could not be saved, such as `2 decisions` */
export function unsavedOnRemoved(sampleId: number, what: string): FoveaError {
  return new FoveaError('not_found', `${removedWords(sampleId)}: not saved on it: ${what}`, {
    next: 'fovea restore with the copy from before takes the removal back; then decide anew',
  });
}
