/** What a training run keeps of the programs that compute: same numbers are promised where these are the same. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { inApp } from './app-root.ts';
import { appVersion } from './version.ts';

const packageSchema = z.object({ dependencies: z.object({ 'onnxruntime-node': z.string() }) });

/** Of Fovea, and of ONNX Runtime as package.json pins it. */
export function trainerVersions(): { readonly fovea: string; readonly onnxruntime: string } {
  const { dependencies } = packageSchema.parse(JSON.parse(readFileSync(inApp('package.json'), 'utf8')));
  return { fovea: appVersion(), onnxruntime: dependencies['onnxruntime-node'] };
}
