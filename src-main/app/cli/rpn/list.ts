/** `fovea rpn list`: the versions, what each came of, and which one labelling uses. */
import { baseModel, runsOfVersion } from '../../../jobs/rpn/base.ts';
import { unlistedRpns } from '../../../jobs/rpn/place.ts';
import type { Project } from '../../../store/file/project.ts';
import { modelsOfRuns } from '../../../store/runs/model-runs.ts';
import { activations, listRpns } from '../../../store/training/rpn.ts';
import type { RpnVersion } from '../../../../src-shared/contract/training.ts';
import { withProject } from '../../projects.ts';
import type { AddCommand } from '../frame/command.ts';
import { EXIT } from '../frame/exit.ts';
import { versionLine } from './words.ts';

export const addList: AddCommand = (rpn, cli) => {
  const command = rpn
    .command('list', { isDefault: true })
    .description('the versions with their lineage and numbers; * is the one that labelling uses')
    .argument('<project>', 'project folder');
  cli.define(command, async ({ output }, [path]) =>
    withProject(path, async (project) => {
      const versions = listRpns(project.db);
      const predictions = await predictionsOf(project, versions);
      const unlisted = unlistedRpns(project);
      for (const folder of unlisted) {
        output.note(
          `${folder} holds what may be a version that this project does not list: fovea rpn import ${path} ${folder}`,
        );
      }
      output.result(
        {
          versions: versions.map((version) => ({
            ...version,
            predictions: predictions.get(version.id) ?? 0,
          })),
          activations: activations(project.db),
          unlisted,
        },
        versions
          .map((version) => versionLine(version, versions, predictions.get(version.id) ?? 0))
          .join('\n') ||
          `There are no versions yet: train one (fovea train ${path}) or import one (fovea rpn import ${path} DIR)`,
      );
      return EXIT.done;
    }),
  );
};

/** Samples predicted with each version, where its base model's folder can be read. */
async function predictionsOf(
  project: Project,
  versions: readonly RpnVersion[],
): Promise<Map<number, number>> {
  const found = new Map<number, number>();
  for (const folders of modelsOfRuns(project.db)) {
    const base = await baseModel(folders).catch(() => null);
    if (!base) continue;
    for (const version of versions.filter(({ baseFingerprint }) => baseFingerprint === base.fingerprint)) {
      // A version whose folder is gone has predictions of nobody's.
      const runs = await runsOfVersion(project, base, version).catch(() => []);
      found.set(version.id, Math.max(0, ...runs.map(({ predictions }) => predictions)));
    }
  }
  return found;
}
