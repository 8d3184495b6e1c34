/** A small seeded generator: what was random once can be had again from the seed that is printed. */
export { seeded as seededRandom } from '../../src-shared/kernels/seeded.ts';
