/** The keys that pictures are asked for with: one for each browser that came in since the host started. */
import { pictureKeyOf } from '../../../src-shared/rpc/handshake.ts';
import { sameSecret } from './access.ts';

const MOST = 64;

export interface PictureKeys {
  /** Lets the pictures of a session be seen. */
  add(secret: string): Promise<void>;
  has(key: string | null): boolean;
}

export function pictureKeys(): PictureKeys {
  /** By their sessions' secrets, the one that came in last at the end. */
  const keys = new Map<string, string>();
  return {
    async add(secret) {
      const key = await pictureKeyOf(secret);
      keys.delete(secret);
      keys.set(secret, key);
      for (const oldest of keys.keys()) {
        if (keys.size <= MOST) return;
        keys.delete(oldest);
      }
    },
    has: (key) => key !== null && [...keys.values()].some((known) => sameSecret(key, known)),
  };
}
