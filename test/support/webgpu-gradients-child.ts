/**
 * Runs in a process of its own, over SwiftShader (swiftshader.ts): the gradients of two cases of trained-rpn.ts on WebGPU
 * against those on the CPU, in float32; between them they hold every op and loss. Each session compiles its shaders anew,
 * which is what takes the time. Largest relative differences by case as one JSON line on stdout.
 */
import { CASES, largestDifference, runGradients, trained } from './trained-rpn.ts';

const differences: Record<string, number> = {};
for (const [name, branch, lossOf] of CASES.filter(([name]) => /focal|MSE/.test(name))) {
  const cpu = await runGradients(trained(branch, lossOf, 'float32'));
  const gpu = await runGradients(trained(branch, lossOf, 'float32'), 'webgpu');
  differences[name] = largestDifference(gpu, cpu);
}
console.log(JSON.stringify(differences));
// The driver's threads outlive the work.
process.exit(0);
