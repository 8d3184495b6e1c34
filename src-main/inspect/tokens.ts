/** Where each token of a stored question and answer looks. */
import type { TokenView } from '../../src-shared/contract/inspect.ts';
import type { Engine } from '../engine/protocol.ts';
import { mapToBytes } from '../store/bytes.ts';
import type { Project } from '../store/file/project.ts';
import { askAgain } from '../jobs/asking/again.ts';
import { revived } from '../jobs/asking/revived.ts';

/** Throws as `askAgain` does, what the engine says, and `cancelled`. */
export async function tokenView(
  project: Project,
  engine: Engine,
  predictionId: number,
  signal: AbortSignal,
): Promise<TokenView> {
  const { source, model, imagePath } = await askAgain(project, predictionId);
  const { preset, question, answerMode, answerTokens } = source;
  const request = { model, preset, imagePath, question, answerMode, answerTokens };
  const { tokens, grid, transform, timings, device } = await revived(() => engine.tokens(request, signal));
  return {
    predictionId,
    grid: [...grid],
    transform,
    tokens: tokens.map(({ map, ...token }) => ({ ...token, map: map && mapToBytes(map) })),
    timings,
    device,
  };
}
