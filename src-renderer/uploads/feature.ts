/** Brings files of the computer that a browser runs on into the project. */
import { feature } from '../shell/feature.svelte.ts';
import { getSession } from '../shell/session.svelte.ts';
import { setUploads, Uploads } from './uploads.svelte.ts';

export default feature({
  name: 'uploads',
  commands: [],
  begin() {
    setUploads(new Uploads(getSession()));
    return { acts: {} };
  },
});
