/** `fovea model download`: a checkpoint from a Hugging Face endpoint. Stopped or killed, the same command goes on. */
import type { DownloadProgress } from '../../../library/hub/download.ts';
import { openLibrary } from '../../library.ts';
import type { AddCommand } from '../frame/command.ts';
import { EXIT } from '../frame/exit.ts';
import { factsLine, size } from './words.ts';
import { Progress, type ProgressStream } from '../../progress.ts';

const MEGABYTE = 1e6;

const HELP = `
Only what Fovea reads is fetched: config.json, tokenizer and *.safetensors, never pickles. Every file's checksum is
compared with the list of the server. Environment:
  HF_ENDPOINT           another server than https://huggingface.co
  HF_TOKEN              for private and gated models; sent to that server only
  HF_HUB_OFFLINE=1      no downloads
  NODE_USE_ENV_PROXY=1  use the proxy that HTTP_PROXY and HTTPS_PROXY name
  FOVEA_HOME            where downloads lie (below models/)`;

interface Options {
  readonly revision: string;
}

export const addDownload: AddCommand = (model, cli) => {
  const command = model
    .command('download')
    .description('download a checkpoint; stopped or killed, the same command goes on')
    .argument('<repo>', 'ORG/NAME on Hugging Face')
    .option('--revision <name>', 'branch, tag or commit', 'main')
    .addHelpText('after', HELP);
  cli.define<Options>(command, async ({ output, stderr, signal }, [repo], { revision }) => {
    const start = performance.now();
    const { progress, show } = downloadProgress(stderr);
    try {
      const wish = { repo, revision, signal, onProgress: show };
      const { model: found, fetched } = await openLibrary().download(wish);
      progress.end();
      const seconds = (performance.now() - start) / 1000;
      output.result(
        { ...found, fetched, seconds },
        `${fetched ? 'Downloaded' : 'Already there:'} ${found.name}: ${factsLine(found)}\n  ${found.dir}`,
      );
      if (found.problem)
        output.note(`fovea: ${found.problem.message}. ${found.problem.next ?? ''}`.trimEnd());
      return found.problem ? EXIT.failed : EXIT.done;
    } finally {
      progress.end();
    }
  });
};

function downloadProgress(stderr: ProgressStream) {
  const progress = new Progress('Downloading (MB)', stderr);
  let told = false;
  const show = ({ tower, stage, doneBytes, totalBytes, rate, etaSeconds }: DownloadProgress): void => {
    if (tower !== undefined && stage === 'weights' && totalBytes !== null && !told) {
      told = true;
      stderr.write(
        `fovea: the model names its vision tower ${tower} (${size(totalBytes)}), which is fetched too\n`,
      );
    }
    progress.update({
      total: totalBytes === null ? null : Math.ceil(totalBytes / MEGABYTE),
      done: Math.ceil(doneBytes / MEGABYTE),
      failed: 0,
      rate: rate === null ? null : rate / MEGABYTE,
      etaSeconds,
    });
  };
  return { progress, show };
}
