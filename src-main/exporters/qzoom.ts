/**
 * Q-Zoom's universal JSONL (METHOD §7): the questions that went through the audit, as its scripts take them in. It holds no
 * labels: those are made from it. Data set and mode are what the import kept of them in the tags `dataset:…` and
 * `mode:…`, else the preset's.
 */
import { runExport } from './run.ts';
import { select, type Selected } from './select.ts';
import type { Exporter } from './types.ts';

export const qzoomExporter: Exporter = {
  format: 'qzoom',
  export: (samples, path, options) => {
    const used = new Set<string>();
    return runExport(samples, path, options, {
      choose: select,
      begin: async () => undefined,
      sample: async (sink, chosen) => {
        const { externalId, sampleId } = chosen.sample;
        const twice = used.has(externalId);
        const uid = twice ? `${externalId}#${sampleId}` : externalId;
        used.add(uid);
        await sink.write(`${JSON.stringify(questionLine(uid, chosen))}\n`);
        return { skip: null, notes: { uid_made_unique: twice ? 1 : 0 } };
      },
      end: async () => undefined,
    });
  },
};

function questionLine(uid: string, { sample }: Selected): object {
  const tagged = (kind: string): string | undefined =>
    sample.tags.find((tag) => tag.startsWith(`${kind}:`))?.slice(kind.length + 1);
  return {
    uid,
    question_id: sample.externalId,
    dataset: tagged('dataset') ?? 'fovea',
    image: sample.image.name,
    text: sample.question,
    mode: tagged('mode') ?? sample.run?.preset.teacher?.prompt ?? 'textual',
    // True keeps the question's own ending (METHOD §8: the code, not its README).
    short_prompt: true,
    max_new_tokens: sample.run?.preset.maxNewTokens ?? 128,
  };
}
