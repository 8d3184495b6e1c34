/**
 * Where the app's own files are: the checkout, or what the installer put down. The build keeps `import.meta.url` of a
 * bundled source pointing at the source's place, so this one line holds in both.
 */
import { fileURLToPath } from 'node:url';

/** Absolute path of a file or folder of the app, e.g. `inApp('dist/renderer')`. */
export function inApp(path: string): string {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url));
}

/** As {@link inApp}, for what native code opens: an installer's archive is no folder to it, so it lies beside. */
export function inAppOnDisk(path: string): string {
  return inApp(path).replace(/app\.asar(?=[/\\]|$)/, 'app.asar.unpacked');
}
