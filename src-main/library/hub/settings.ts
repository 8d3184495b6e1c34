/** Where models come from, by the variables that Hugging Face's own tools read. */
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { hubCache } from '../../checkpoint/places.ts';

export interface HubSettings {
  /** Without a slash at the end. */
  readonly endpoint: string;
  /** Sent to the endpoint's origin only; never part of a message. */
  readonly token: string | null;
  /** The Hugging Face cache of this person; it is only read. */
  readonly cache: string;
  readonly offline: boolean;
}

const PUBLIC = 'https://huggingface.co';

/**
 * From `HF_ENDPOINT`, `HF_TOKEN`, `HF_HUB_OFFLINE` and `HF_HUB_CACHE` (or `HF_HOME`, `XDG_CACHE_HOME`).
 * @throws FoveaError `usage` when `HF_ENDPOINT` is no http(s) address
 */
export function hubSettings(env: NodeJS.ProcessEnv = process.env): HubSettings {
  const stated = env.HF_ENDPOINT?.trim() || PUBLIC;
  const url = URL.canParse(stated) ? new URL(stated) : null;
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
    throw new FoveaError('usage', 'HF_ENDPOINT is not an http or https address without a password', {
      next: `Unset it for ${PUBLIC}, and give a token with HF_TOKEN`,
    });
  }
  return {
    endpoint: `${url.origin}${url.pathname.replace(/\/+$/, '')}`,
    token: env.HF_TOKEN?.trim() || null,
    cache: hubCache(env),
    offline: /^(1|on|yes|true)$/i.test(env.HF_HUB_OFFLINE ?? ''),
  };
}
