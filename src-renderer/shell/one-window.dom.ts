/** Things that only one window at a time should do, such as the tour. */

const RETRIES = 3;
const PAUSE_MS = 400;

/**
 * Claims something for this window until the window is gone or the given function is called; null when another window
 * has it. Where a browser knows no such claims, every window gets it.
 */
export async function claim(name: string): Promise<(() => void) | null> {
  if (!('locks' in navigator)) return () => undefined;
  // A page that is reloaded may still stand in its own way for a moment.
  for (let n = 0; n < RETRIES; n++) {
    const release = await tryToClaim(`fovea.${name}`);
    if (release) return release;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  return null;
}

function tryToClaim(name: string): Promise<(() => void) | null> {
  return new Promise((resolve, reject) => {
    navigator.locks
      .request(name, { ifAvailable: true }, (lock) => {
        if (!lock) return resolve(null);
        return new Promise<void>((release) => resolve(release));
      })
      .catch(reject);
  });
}
