/** Pictures are asked for by id only: no part of a path ever comes from the page. */

/** The id in `/image/12`, or null when the path is not of that form. */
export function pictureId(urlPath: string): number | null {
  const match = /^\/image\/([1-9]\d{0,14})$/.exec(urlPath);
  return match ? Number(match[1]) : null;
}
