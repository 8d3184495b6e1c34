/** The file that a thread starts from. Electron's build sets FOVEA_BUNDLED: there, sources do not run, but what was built of them. */

/**
 * @param built name of the program in Electron's build, without its ending
 * @param source the program itself
 */
export function threadEntry(built: string, source: URL): URL {
  if (process.env.FOVEA_BUNDLED !== '1') return source;
  return new URL(`../../dist/electron/${built}.mjs`, import.meta.url);
}
