/**
 * LLaMA's byte tokens (`<0x41>`) back to text as the Rust library does it: a run of bytes that is not UTF-8 as a whole
 * becomes one � per byte. The JavaScript library decodes such a run as far as it goes and drops a byte-order mark, so an
 * answer that ends in half a character would come out different.
 */
/** A decoder of the library, as far as it is touched here; a `Sequence` has more of them inside. */
export interface DecoderStep {
  readonly config: { readonly type?: string };
  readonly decoders?: readonly DecoderStep[];
  decode_chain(tokens: string[]): string[];
}

const BYTE_TOKEN = /^<0x([0-9A-Fa-f]{2})>$/;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Puts {@link decodeByteTokens} in the place of the library's own step, wherever the tokenizer has it. */
export function useExactByteFallback(decoder: DecoderStep | null): void {
  if (decoder?.config.type === 'ByteFallback') decoder.decode_chain = decodeByteTokens;
  for (const step of decoder?.decoders ?? []) useExactByteFallback(step);
}

/** Tokens with each run of byte tokens replaced by its text. */
export function decodeByteTokens(tokens: readonly string[]): string[] {
  const out: string[] = [];
  let run: number[] = [];
  const flush = (): void => {
    if (run.length > 0) out.push(textOf(run));
    run = [];
  };
  for (const token of tokens) {
    const byte = BYTE_TOKEN.exec(token)?.[1];
    if (byte !== undefined) {
      run.push(parseInt(byte, 16));
      continue;
    }
    flush();
    out.push(token);
  }
  flush();
  return out;
}

function textOf(bytes: readonly number[]): string {
  try {
    return utf8.decode(Uint8Array.from(bytes));
  } catch {
    return '\ufffd'.repeat(bytes.length);
  }
}
