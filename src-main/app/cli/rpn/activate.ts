/** `fovea rpn activate`: which version labelling uses from now on; the way back is activating the former one. */
import { counted } from '../../../../src-shared/contract/counts.ts';
import { activateVersion } from '../../../jobs/rpn/activate.ts';
import { rpnCalled } from '../../../store/training/rpn.ts';
import { withProject } from '../../projects.ts';
import type { AddCommand } from '../frame/command.ts';
import { EXIT } from '../frame/exit.ts';
import { ADAPTER_OPTION, BASE_OPTION, baseOf, type BaseOptions } from './base-option.ts';

export const addActivate: AddCommand = (rpn, cli) => {
  const command = rpn
    .command('activate')
    .description(
      'label with this version from now on, and show its labels on undecided samples that have one',
    )
    .argument('<project>', 'project folder')
    .argument(
      '<version>',
      'number or name as fovea rpn list has it; own: the RPN that the model brings itself',
    )
    .option(...BASE_OPTION)
    .option(...ADAPTER_OPTION);
  cli.define<BaseOptions>(command, async ({ output }, [path, named], options) =>
    withProject(
      path,
      async (project) => {
        const version = named === 'own' ? null : rpnCalled(project.db, named);
        const base = await baseOf(project, options);
        const { before, runId, shown } = await activateVersion(project, base, version);
        const what = version ? `version ${version.id} (${version.name})` : "the model's own RPN";
        output.result(
          { rpn: version?.id ?? null, before, run: runId, shown },
          [
            `Labelling uses ${what} from now on`,
            runId === null
              ? `  No sample has its labels yet: fovea label ${path}, or fovea rpn predict ${path} from kept features`
              : `  ${counted(shown, 'undecided sample shows', 'undecided samples show')} its label now (run ${runId})`,
            `  The way back: fovea rpn activate ${path} ${before ?? 'own'}`,
          ].join('\n'),
        );
        return EXIT.done;
      },
      { writes: true },
    ),
  );
};
