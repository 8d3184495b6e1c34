/** Quantises a checkpoint and kills itself the hard way once a share of it is done: `quantise-child.ts DIR CACHE SHARE [FORM]`. */
import { openModel } from '../../src-main/checkpoint/open.ts';
import { openQuantised } from '../../src-main/checkpoint/quantised/index.ts';

const [dir = '', folder = '', share = '1', form] = process.argv.slice(2);
await openQuantised(await openModel(dir), {
  folder,
  form: form === 'fp16' ? 'fp16' : 'int4',
  onProgress({ done, total }) {
    if (done >= Number(share) * total) process.kill(process.pid, 'SIGKILL');
  },
});
