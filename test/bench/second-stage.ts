/**
 * What reusing the prefix's keys and values saves in the second stage: the same crops answered on the first stage's
 * cache and on an empty one, in turn. The picture's own encoding is not part of either; the crop's is part of both.
 */
import { promptFor, promptParts } from '../../src-main/pipeline/subject/prompted.ts';
import { answerWithCrops } from '../../src-main/pipeline/passes/second-stage.ts';
import { Stopwatch } from '../../src-main/pipeline/subject/stopwatch.ts';
import { encodeImageFile } from '../../src-main/pipeline/subject/subject.ts';
import { median } from './taps.ts';
import type { BenchSubject } from './taps.ts';

/** Median over rounds of uncached ÷ cached time; the first round only warms up. */
export async function measureReuse(bench: BenchSubject, rounds: number): Promise<number> {
  const { subject, preset, questions } = bench;
  const ratios: number[] = [];
  for (let round = -1; round < rounds; round++) {
    let cached = 0;
    let uncached = 0;
    for (const { imagePath, text } of questions) {
      const watch = new Stopwatch();
      const encoded = await encodeImageFile(subject, imagePath, watch);
      const prompt = promptFor(subject, text);
      const { width, height } = encoded.image;
      const middle = [width >> 2, height >> 2, width - (width >> 2), height - (height >> 2)] as const;
      const crops = [{ box: middle, keep: null }];
      const first = subject.model.newCache();
      await subject.model.forward(first, { parts: promptParts(prompt, encoded.features), logits: 'last' });
      for (const cache of [first, subject.model.newCache()]) {
        const start = performance.now();
        await answerWithCrops(subject, encoded, prompt, crops, cache, preset, watch);
        const spent = performance.now() - start;
        if (cache === first) cached += spent;
        else uncached += spent;
        cache.dispose();
      }
    }
    if (round >= 0) ratios.push(uncached / cached);
  }
  return median(ratios);
}
