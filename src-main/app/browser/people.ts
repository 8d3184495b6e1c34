/** Who else comes in to a project, for page and command line alike: invitations, and the links in which they are sent. */
import type { People } from '../../rpc/options.ts';
import { findHosts } from './control.ts';
import { invitationsIn, linkOf, placeOf } from './invitations.ts';

/** Where a Fovea that is started later answers, unless it is told otherwise. */
const USUAL = 'http://127.0.0.1:27180';

/** Of a data folder. */
export function peopleIn(dataDir: string): People {
  const invitations = invitationsIn(dataDir);
  return {
    list: async (project) =>
      (await invitations.list(project)).map(({ name, role, createdAt }) => ({ name, role, createdAt })),
    async invite(project, { name, role }) {
      const place = await placeOf(project);
      const { word } = await invitations.add({ name, role, project });
      const hosts = await findHosts(dataDir);
      const places = await Promise.all(
        hosts.map(async (one) => (one.project === null ? null : placeOf(one.project))),
      );
      const host = hosts.find((_, i) => places[i] === place);
      return { url: linkOf(host?.invites ?? USUAL, word), served: host !== undefined };
    },
    revoke: async (project, name) => {
      await invitations.revoke(project, name);
    },
  };
}
