/** For which system a package is, and what Node, npm and Debian call it. */
import { z } from 'zod';

const PLATFORMS = ['linux', 'darwin', 'win32'] as const;
const ARCHITECTURES = ['x64', 'arm64'] as const;

/** A system by Node's names of it. */
export const targetSchema = z.object({ platform: z.enum(PLATFORMS), arch: z.enum(ARCHITECTURES) });
export type Target = z.infer<typeof targetSchema>;

/** E.g. `linux-x64`, as packages with native code are named. */
export function targetName({ platform, arch }: Target): string {
  return `${platform}-${arch}`;
}

/** Debian's names (`dpkg-architecture -L`). */
export const DEBIAN_ARCHITECTURE: Readonly<Record<Target['arch'], string>> = { x64: 'amd64', arm64: 'arm64' };

/** Whether a package of the lockfile that names systems may go on this one; Linux is glibc's: Electron has no other. */
export function suits(
  { platform, arch }: Target,
  { os, cpu, libc }: { readonly os?: string[]; readonly cpu?: string[]; readonly libc?: string[] },
): boolean {
  const has = (allowed: string[] | undefined, name: string): boolean =>
    allowed === undefined || allowed.includes(name);
  return has(os, platform) && has(cpu, arch) && (platform !== 'linux' || has(libc, 'glibc'));
}
