/** What `npm run package -- …` was asked for. */
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { targetSchema, type Target } from './target.ts';

const KINDS = ['dir', 'tar', 'deb', 'appimage', 'installer'] as const;
export type Kind = (typeof KINDS)[number];

/** A wish that makes no sense: said in one line, with how it is meant. */
export class UsageError extends Error {}

export interface Wish {
  readonly kinds: readonly Kind[];
  readonly target: Target;
  /** Only with the product's own Electron: where that cannot be had, nothing is made. */
  readonly release: boolean;
}

const USAGE =
  'npm run package -- dir|tar|deb|appimage|installer… [--platform linux|darwin|win32] [--arch x64|arm64] [--release]';

/** @throws UsageError for what is none of this */
export function parseWish(args: readonly string[]): Wish {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        platform: { type: 'string', default: process.platform },
        arch: { type: 'string', default: process.arch },
        release: { type: 'boolean', default: false },
      },
    });
    const kinds = z.array(z.enum(KINDS)).min(1, 'no kind of package').parse(positionals);
    const target = targetSchema.parse({ platform: values.platform, arch: values.arch });
    for (const kind of kinds) {
      const linux = kind === 'tar' || kind === 'deb' || kind === 'appimage';
      if (linux && target.platform !== 'linux') throw new Error(`a ${kind} is for Linux`);
      if (kind === 'installer' && target.platform === 'linux') {
        throw new Error('an installer is for Windows or macOS; for Linux: deb, tar, appimage');
      }
    }
    return { kinds, target, release: values.release };
  } catch (error) {
    const words = error instanceof z.ZodError ? error.issues.map(({ message }) => message).join('; ') : error;
    throw new UsageError(`${words instanceof Error ? words.message : String(words)}. Use: ${USAGE}`, {
      cause: error,
    });
  }
}
