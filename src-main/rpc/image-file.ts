/**
 * Which file a page gets for `/image/ID`. The type comes from the file's first bytes, and what is no picture is not
 * served: a project made by somebody else cannot name other files of this machine.
 */
import { withPictureFile } from '../checkpoint/image/guarded-file.ts';
import { pictureFile } from '../jobs/pictures/file.ts';
import type { Project } from '../store/file/project.ts';

export interface ImageFile {
  /** Absolute. */
  readonly path: string;
  readonly mime: string;
}

const HEAD_BYTES = 16;

/** Null when there is no such image, its file is gone, or it is no picture. */
export async function findImageFile(project: Project, imageId: number): Promise<ImageFile | null> {
  const head = Buffer.alloc(HEAD_BYTES);
  let path: string;
  try {
    path = await pictureFile(project, imageId);
    await withPictureFile(path, (file) => file.read(head, 0, HEAD_BYTES, 0));
  } catch {
    return null;
  }
  const mime = mimeOf(head.toString('latin1'));
  return mime === null ? null : { path, mime };
}

/** By the signatures of the formats that the image reader takes. */
function mimeOf(head: string): string | null {
  if (head.startsWith('\x89PNG\r\n')) return 'image/png';
  if (head.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (head.startsWith('GIF8')) return 'image/gif';
  if (head.startsWith('RIFF') && head.slice(8, 12) === 'WEBP') return 'image/webp';
  if (head.startsWith('II*\0') || head.startsWith('MM\0*')) return 'image/tiff';
  if (head.slice(4, 8) === 'ftyp') return head.slice(8, 12) === 'avif' ? 'image/avif' : 'image/heic';
  return null;
}
