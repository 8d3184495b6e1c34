/** Names of repositories and revisions, as the Hub allows them. */
import { FoveaError } from '../../../src-shared/contract/errors.ts';

/** `ORG/NAME`. */
export const REPOSITORY = /^(?!.*(\.\.|--))[A-Za-z0-9][\w.-]{0,95}\/[A-Za-z0-9][\w.-]{0,95}$/;

/** A branch, tag, commit or `refs/pr/N`. */
const REVISION = /^(?!.*\.\.)[A-Za-z0-9][\w./-]{0,199}$/;

/** @throws FoveaError `usage` */
export function checkRepository(repo: string, revision: string): void {
  if (!REPOSITORY.test(repo)) {
    throw new FoveaError('usage', `${JSON.stringify(repo)} is not the name of a repository`, {
      next: 'Give it as ORG/NAME, for example llava-hf/llava-1.5-7b-hf',
    });
  }
  if (!REVISION.test(revision)) {
    throw new FoveaError('usage', `${JSON.stringify(revision)} is not the name of a revision`, {
      next: 'Give a branch, a tag or a commit',
    });
  }
}
