/** The keys that pictures are asked for with: one for each browser that came in since the host started. */
import { pictureKeyOf } from '../../../src-shared/rpc/handshake.ts';
import { sameSecret } from './access.ts';

const MOST = 64;

export interface PictureKeys {
  /**
   * Lets the pictures of a session be seen: whoever asks for one from now on waits until its key is known.
   * @param may asked each time; default: always
   */
  add(secret: string, may?: () => Promise<boolean>): void;
  has(key: string | null): Promise<boolean>;
}

export function pictureKeys(): PictureKeys {
  /** By their sessions' secrets, the one that came in last at the end. */
  const keys = new Map<string, { readonly key: Promise<string>; readonly may: () => Promise<boolean> }>();
  return {
    add(secret, may = () => Promise.resolve(true)) {
      keys.delete(secret);
      keys.set(secret, { key: pictureKeyOf(secret), may });
      for (const oldest of keys.keys()) {
        if (keys.size <= MOST) return;
        keys.delete(oldest);
      }
    },
    async has(key) {
      if (key === null) return false;
      for (const { key: known, may } of [...keys.values()]) if (sameSecret(key, await known)) return may();
      return false;
    },
  };
}
