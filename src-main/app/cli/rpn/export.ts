/** `fovea rpn export`: a version as a folder that the authors' code reads. */
import { exportRpn } from '../../../jobs/rpn/export.ts';
import { rpnCalled } from '../../../store/training/rpn.ts';
import { withProject } from '../../projects.ts';
import type { AddCommand } from '../frame/command.ts';
import { EXIT } from '../frame/exit.ts';
import { size } from '../model/words.ts';
import { ADAPTER_OPTION, BASE_OPTION, baseOf, type BaseOptions } from './base-option.ts';

interface Options extends BaseOptions {
  readonly out: string;
  readonly withBase?: boolean;
}

export const addExport: AddCommand = (rpn, cli) => {
  const command = rpn
    .command('export')
    .description("write a version as safetensors with the authors' tensor names and config keys")
    .argument('<project>', 'project folder')
    .argument('<version>', 'number or name as fovea rpn list has it')
    .requiredOption('--out <folder>', 'folder to write; one that this project exported before is replaced')
    .option('--with-base', "the base model goes along: the whole model that the authors' loader reads")
    .option(...BASE_OPTION)
    .option(...ADAPTER_OPTION);
  cli.define<Options>(command, async ({ output }, [path, named], options) =>
    withProject(path, async (project) => {
      const version = rpnCalled(project.db, named);
      const base = options.withBase === true ? await baseOf(project, options) : null;
      const exported = await exportRpn(project, { version, to: options.out, base });
      output.result(
        { rpn: version.id, ...exported },
        [
          `Exported version ${version.id} (${version.name}), ${size(exported.bytes)}, to ${exported.path}`,
          ...(base
            ? []
            : [
                "  It holds the RPN alone: lay it over its base model (--rpn), or export with --with-base for the authors' loader",
              ]),
        ].join('\n'),
      );
      return EXIT.done;
    }),
  );
};
