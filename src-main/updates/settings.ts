/**
 * Where a build gets its updates from: `fovea.updates` in the package.json inside of the package. A checkout and a build
 * that names no feed have none, and then nothing of this folder runs.
 */
import { z } from 'zod';
import { FoveaError } from '../../src-shared/contract/errors.ts';

/** Raw Ed25519 public key (RFC 8032: 32 bytes) in base64. */
const KEY = /^[A-Za-z0-9+/]{43}=$/;

const feedSchema = z
  .string()
  .max(500)
  .refine((text) => URL.canParse(text) && isFeed(new URL(text)), {
    error: 'a feed is an https address that ends in “/”, without user, password, “?” and “#”',
  });

export const updateSettingsSchema = z.strictObject({
  /** The folder on a server in which the list of a release and its packages lie. */
  feed: feedSchema,
  /** Public keys, one of which must have signed the list. Two while a key is replaced by another. */
  keys: z.array(z.string().regex(KEY, 'a key is 32 bytes in base64')).min(1).max(4),
  /** `manual`: nothing is asked before a person does. `start`: the list is read at each start, and nothing else. */
  check: z.enum(['manual', 'start']).default('manual'),
});
export type UpdateSettings = z.infer<typeof updateSettingsSchema>;

const packageSchema = z.looseObject({
  fovea: z.looseObject({ updates: updateSettingsSchema.optional() }).optional(),
});

/**
 * @param packageJson what package.json holds, parsed
 * @returns null where no feed is named
 * @throws FoveaError `bad_input` for settings that are none: such a build gets no updates from anywhere
 */
export function readUpdateSettings(packageJson: unknown): UpdateSettings | null {
  const read = packageSchema.safeParse(packageJson);
  if (read.success) return read.data.fovea?.updates ?? null;
  const [issue] = read.error.issues;
  throw new FoveaError('bad_input', `this build's update settings are wrong: ${issue?.message ?? ''}`, {
    where: `package.json: ${issue?.path.join('.') ?? ''}`,
    next: 'Get Fovea again from where you have it from; this one gets no updates',
  });
}

/** Whether an address may be asked: https, and http on this machine, for tests of a release before it is out. */
export function isSecure(url: URL): boolean {
  return url.protocol === 'https:' || isLoopback(url);
}

/** Plain http that does not leave this machine. */
export function isLoopback({ protocol, hostname }: URL): boolean {
  return protocol === 'http:' && ['127.0.0.1', '[::1]', 'localhost'].includes(hostname);
}

function isFeed(url: URL): boolean {
  const plain = url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  return plain && isSecure(url) && url.pathname.endsWith('/');
}
