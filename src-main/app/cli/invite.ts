/** `fovea invite`: who else may come in to a project that is served, with which role; lists and revokes, too. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { reviewerSchema } from '../../../src-shared/contract/limits.ts';
import { roleSchema, type Role } from '../../../src-shared/contract/role.ts';
import { isProject } from '../../store/file/project.ts';
import { invitationsIn, placeOf } from '../browser/invitations.ts';
import { peopleIn } from '../browser/people.ts';
import { dataDir } from '../data-dir.ts';
import { usageError, type AddCommand, type CommandContext } from './frame/command.ts';
import { EXIT, type ExitCode } from './frame/exit.ts';

interface Options {
  readonly role?: Role;
  readonly list?: boolean;
  readonly revoke?: string;
}

export const addInvite: AddCommand = (program, cli) => {
  const command: Command = program
    .command('invite')
    .description('invite somebody to a project that is served: prints a link of their own')
    .argument('<project>', 'project folder')
    .argument('[name]', 'the name that signs what they do')
    .option('--role <role>', 'viewer (looks), reviewer (decides) or admin (everything)', parseRole)
    .option('--list', 'show who is invited')
    .option('--revoke <name>', 'let nobody in any more with this invitation, at once');
  cli.define<Options>(command, async (context, [given = '', name], { role, list, revoke }) => {
    const project = resolve(given);
    if (!isProject(project)) {
      throw new FoveaError('not_found', 'there is no Fovea project here', {
        where: project,
        next: 'Give the folder that holds project.db',
      });
    }
    const asked = [name !== undefined, list === true, revoke !== undefined].filter(Boolean).length;
    if (asked !== 1 || (role !== undefined && name === undefined)) {
      throw usageError(
        'invite takes a name, --list or --revoke NAME',
        'Such as: fovea invite PROJECT "Ana" --role reviewer',
      );
    }
    if (list === true) return listed(context, project);
    if (revoke !== undefined) return revoked(context, project, revoke);
    return invited(context, project, parseName(name!), role ?? 'reviewer');
  });
};

async function invited(
  { output }: CommandContext,
  project: string,
  name: string,
  role: Role,
): Promise<ExitCode> {
  const place = await placeOf(project);
  const { url, served } = await peopleIn(dataDir()).invite(project, { name, role });
  output.result({ name, role, project: place, url }, `${name} comes in as ${role} at ${url}`);
  output.note('Whoever has the link comes in under this name until it is revoked: send it to nobody else.');
  if (!served) output.note('The project is not being served yet: fovea serve PROJECT --port 27180');
  return EXIT.done;
}

async function listed({ output }: CommandContext, project: string): Promise<ExitCode> {
  const invitations = await peopleIn(dataDir()).list(project);
  const words = invitations
    .map(({ name, role, createdAt }) => `${name}\t${role}\tsince ${createdAt}`)
    .join('\n');
  output.result({ invitations }, words === '' ? 'Nobody is invited' : words);
  return EXIT.done;
}

async function revoked({ output }: CommandContext, project: string, name: string): Promise<ExitCode> {
  const gone = await invitationsIn(dataDir()).revoke(project, name);
  output.result({ revoked: gone.name }, `${gone.name} is out; what was decided under this name is kept`);
  return EXIT.done;
}

/** @throws FoveaError `usage` */
function parseRole(text: string): Role {
  const parsed = roleSchema.safeParse(text);
  if (parsed.success) return parsed.data;
  throw usageError(
    `--role must be viewer, reviewer or admin, not ${JSON.stringify(text)}`,
    'Without it: reviewer',
  );
}

/** @throws FoveaError `usage` */
function parseName(text: string): string {
  const parsed = reviewerSchema.safeParse(text);
  if (parsed.success) return parsed.data;
  throw usageError(
    `this cannot be a name: ${parsed.error.issues[0]!.message}`,
    'Give a short name in one line',
  );
}
