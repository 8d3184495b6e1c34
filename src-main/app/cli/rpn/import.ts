/** `fovea rpn import`: an RPN of the authors' format, or of another project, as a version of this one. */
import { importRpn } from '../../../jobs/rpn/import.ts';
import { withProject } from '../../projects.ts';
import type { AddCommand } from '../frame/command.ts';
import { EXIT } from '../frame/exit.ts';
import { modelDir } from '../frame/rpn-option.ts';
import { ADAPTER_OPTION, BASE_OPTION, baseOf, type BaseOptions } from './base-option.ts';

interface Options extends BaseOptions {
  readonly name?: string;
}

export const addImport: AddCommand = (rpn, cli) => {
  const command = rpn
    .command('import')
    .description(
      "copy an RPN into the project: a checkpoint of SD-RPN's or Q-Zoom's authors, whole or RPN alone",
    )
    .argument('<project>', 'project folder')
    .argument('<folder>', 'folder with config.json and *.safetensors, or a name of fovea model list')
    .option('--name <name>', "what to call it (default: the folder's name)")
    .option(...BASE_OPTION)
    .option(...ADAPTER_OPTION);
  cli.define<Options>(command, async ({ output }, [path, folder], options) =>
    withProject(
      path,
      async (project) => {
        const from = await modelDir(folder);
        const base = await baseOf(project, options);
        const version = await importRpn(project, { from, base, name: options.name ?? null });
        const { id, name, k, t } = version;
        output.result(
          { rpn: id, ...version },
          `Version ${id} (${name}): K ${k}, T ${t}\n  Label with it: fovea rpn activate ${path} ${id}`,
        );
        return EXIT.done;
      },
      { writes: true },
    ),
  );
};
