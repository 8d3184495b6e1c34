/** What `fovea model check` says about the prompt of a checkpoint. */
import type { PromptFacts } from '../../../checkpoint/prompt.ts';

/** Where the words around a question come from, and which files of the folder would have them otherwise. */
export function promptLines({ source, file, differing }: PromptFacts): string[] {
  const used =
    source === 'vicuna_v1'
      ? 'vicuna_v1, the conversation of LLaVA-1.5; the folder has no chat template for pictures'
      : `the chat template of ${file ?? 'the folder'}`;
  const others = differing.join(' and ');
  return [
    `  prompt     ${used}`,
    ...(differing.length > 0 ? [`             another template stands in ${others} and is not used`] : []),
  ];
}
