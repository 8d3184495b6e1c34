import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { pickleFooter, pickleHeader, pickleRecord } from '../../src-main/exporters/pickle.ts';
import { numbersOf } from '../../src-main/importers/pickle/ndarray.ts';
import { readPickle, startsAsPickle } from '../../src-main/importers/pickle/read.ts';
import { NdArray, Tuple, type PickleValue } from '../../src-main/importers/pickle/values.ts';
import { type Entry, PICKLE_LIMITS } from '../../src-main/importers/pickle/machine.ts';

const GOLDEN = fileURLToPath(new URL('../golden/pickles/', import.meta.url));

async function load(bytes: Uint8Array, piece = 1 << 20, limits = PICKLE_LIMITS): Promise<Entry[]> {
  const entries: Entry[] = [];
  const file = { path: 'records.pkl', size: bytes.length, chunks: () => pieces(bytes, piece) };
  for await (const entry of readPickle(file, limits)) {
    entries.push(entry);
  }
  return entries;
}

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < bytes.length; i += size) yield bytes.slice(i, i + size);
}

/** As `make.py` writes values into expected.json. */
function plain(value: PickleValue): unknown {
  if (value instanceof NdArray) {
    const { shape, values } = numbersOf(value);
    return { array: [...values], shape };
  }
  if (value instanceof Uint8Array) return { bytes: Buffer.from(value).toString('hex') };
  if (value instanceof Map)
    return Object.fromEntries([...value].map(([key, inner]) => [String(key), plain(inner)]));
  if (value instanceof Tuple) return value.items.map(plain);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === 'bigint') return { int: value.toString() };
  return value;
}

async function refusal(bytes: Uint8Array, limits = PICKLE_LIMITS): Promise<FoveaError> {
  try {
    await load(bytes, bytes.length, limits);
  } catch (thrown) {
    assert.ok(thrown instanceof FoveaError, String(thrown));
    assert.equal(thrown.code, 'bad_input');
    assert.ok(thrown.next, 'says what to do');
    assert.match(thrown.where ?? '', /^records\.pkl, byte \d+$/);
    return thrown;
  }
  throw new assert.AssertionError({ message: 'it was read' });
}

/** A pickle of these pieces: texts are opcodes as latin1. */
const pickle = (...parts: (string | Uint8Array)[]): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part)));

const uint32 = (n: number): Buffer => {
  const out = Buffer.alloc(4);
  out.writeUInt32LE(n);
  return out;
};
const uint64 = (n: bigint): Buffer => {
  const out = Buffer.alloc(8);
  out.writeBigUInt64LE(n);
  return out;
};

describe('pickles that NumPy wrote', () => {
  const expected: unknown = JSON.parse(readFileSync(`${GOLDEN}expected.json`, 'utf8'));
  for (const numpy of [1, 2]) {
    for (const protocol of [2, 3, 4, 5]) {
      it(`NumPy ${numpy}, protocol ${protocol}: every kind of value and array, whatever pieces the file comes in`, async () => {
        const bytes = readFileSync(`${GOLDEN}np${numpy}-p${protocol}.pkl`);
        assert.ok(startsAsPickle(bytes));
        for (const piece of [bytes.length, 7, 1]) {
          const entries = await load(bytes, piece);
          assert.deepEqual(
            entries.map(({ value }) => plain(value)),
            expected,
          );
        }
      });
    }
  }

  it('more records than Python appends at a time, in their order', async () => {
    const entries = await load(readFileSync(`${GOLDEN}many.pkl`));
    assert.equal(entries.length, 2500);
    assert.deepEqual(
      entries.map(({ value }) => (value as Map<string, unknown>).get('n')),
      Array.from({ length: 2500 }, (_, i) => i),
    );
  });

  it('a dict of records with its keys', async () => {
    const entries = await load(readFileSync(`${GOLDEN}dict.pkl`));
    assert.deepEqual(
      entries.map(({ key, value }) => [key, plain(value)]),
      ['q0', 'q1', 'q2'].map((key, n) => [key, { n, ms_answers: ['a', 'b'] }]),
    );
  });

  it('hands records on before the file has been read: it is never held', async () => {
    const records = Array.from({ length: 40 }, (_, i) =>
      pickleRecord({ question_id: String(i), sink_attn: { shape: [4096], data: new Float32Array(4096) } }),
    );
    const bytes = Buffer.concat([pickleHeader(), ...records, pickleFooter()]);
    let opened = 0;
    let given = 0;
    const chunks = async function* (): AsyncGenerator<Uint8Array> {
      opened++;
      for await (const piece of pieces(bytes, 10_000)) {
        if (opened === 2) given += piece.length;
        yield piece;
      }
    };
    for await (const { value } of readPickle({ path: 'x', size: bytes.length, chunks })) {
      assert.ok(value instanceof Map);
      assert.ok(given < 50_000, `${given} bytes were read for the first record`);
      break;
    }
  });
});

it('what Fovea itself exports comes back', async () => {
  const record = fc.record({
    question_id: fc.string(),
    text: fc.string(),
    // A whole number is written as an int, which has no -0.
    n: fc.oneof(
      fc.integer(),
      fc.double({ noNaN: true }).map((value) => value + 0),
    ),
    map: fc
      .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 }))
      .chain(([rows, cols]) =>
        fc
          .array(fc.float({ noNaN: true }), { minLength: rows * cols, maxLength: rows * cols })
          .map((data) => ({ shape: [rows, cols], data: Float32Array.from(data) })),
      ),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(record, { maxLength: 5 }), async (records) => {
      const bytes = Buffer.concat([pickleHeader(), ...records.map(pickleRecord), pickleFooter()]);
      const entries = await load(bytes, 100);
      assert.deepEqual(
        entries.map(({ value }) => plain(value)),
        records.map(({ map, ...rest }) => ({ ...rest, map: { shape: map.shape, array: [...map.data] } })),
      );
    }),
    { numRuns: 50 },
  );
});

describe('pickles that are not plain values', () => {
  const refused = (name: string, bytes: Uint8Array, message: RegExp, next = /./): unknown =>
    it(name, async () => {
      const error = await refusal(bytes);
      assert.match(error.message, message);
      assert.match(error.next!, next);
    });

  // The names are never looked up here; in Python they would be.
  refused(
    'a function of Python',
    pickle('\x80\x02]cbuiltins\nprint\n(tR.'),
    /builtins\.print/,
    /runs nothing/,
  );
  refused(
    'the same by the stack',
    pickle('\x80\x04]\x8c\x08builtins\x8c\x05print\x93)R.'),
    /builtins\.print/,
    /runs nothing/,
  );
  refused(
    'a path object',
    pickle('\x80\x02]cpathlib\nPosixPath\n)R.'),
    /pathlib\.PosixPath/,
    /paths as text/,
  );
  refused('a tensor', pickle('\x80\x02]ctorch._utils\n_rebuild_tensor_v2\n)R.'), /PyTorch/, /numpy\(\)/);
  refused('another function of NumPy', pickle('\x80\x02]cnumpy\nload\n)R.'), /numpy\.load/);
  refused(
    'a name that only ends like one',
    pickle('\x80\x02]cevil.numpy\nndarray\n)R.'),
    /evil\.numpy\.ndarray/,
  );
  refused('an object of a class', pickle('\x80\x02]cnumpy\nndarray\n)\x81.'), /NEWOBJ/);
  refused('an object outside the file', pickle('\x80\x02]NQ.'), /BINPERSID/);
  refused('bytes outside the file', pickle('\x80\x05]\x97.'), /NEXT_BUFFER/);
  refused('a number of a class', pickle('\x80\x02]\x82\x01.'), /EXT1/);
  refused('a text that is called', pickle('\x80\x02]X\x01\0\0\0a)R.'), /calls something/);
  refused(
    'an array of objects',
    pickle('\x80\x02]cnumpy\ndtype\n(X\x02\0\0\0O8\x89\x88tR.'),
    /O8/,
    /float32/,
  );
  refused('a state for a dict', pickle('\x80\x02]}}b.'), /gives a state/);
  refused('an older protocol', pickle('(lp0\n.'), /protocol 2 to 5|no pickle|not a plain|records/);
  refused('a later protocol', pickle('\x80\x06].'), /later protocol/);
  refused('a single number', pickle('\x80\x02K\x01.'), /no list of records/);
  refused('a list inside a tuple', pickle('\x80\x02]K\x01\x86.'), /no list of records/);
  refused('a list that holds itself', pickle('\x80\x02]q\0h\0a.'), /its own list/);
});

describe('pickles that lie about what they hold', () => {
  const refused = (name: string, bytes: Uint8Array, message: RegExp): unknown =>
    it(name, async () => assert.match((await refusal(bytes)).message, message));

  refused(
    'a text longer than the file',
    pickle('\x80\x02]X', uint32(0xffffffff), 'a'),
    /more bytes than the file/,
  );
  refused('bytes of exabytes', pickle('\x80\x04]\x8e', uint64(1n << 62n)), /more bytes than the file/);
  refused(
    'a frame beyond the file',
    pickle('\x80\x04\x95', uint64(1n << 40n), '].'),
    /more bytes than the file/,
  );
  refused('a whole number of 200 bytes', pickle('\x80\x02]\x8a\xc8', Buffer.alloc(200, 1), 'a.'), /too long/);
  refused('a name without an end', pickle('\x80\x02]c', 'a'.repeat(5000)), /too long/);
  refused('a dict with half a pair', pickle('\x80\x02](K\x01u.'), /sets a key of a list|without a value/);
  refused('values that are not there', pickle('\x80\x02]K\x01\x87.'), /not there/);
  refused('a mark that is not there', pickle('\x80\x02]e.'), /not there/);
  refused('a memo that is not there', pickle('\x80\x02]h\x07a.'), /not there/);
  refused('marks upon marks', pickle('\x80\x02]', '('.repeat(2000), '.'), /nested too deeply/);
  refused(
    'an array of other bytes than its shape',
    pickle(
      ...[
        '\x80\x02]cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\0\x85C\x01b\x87R(K\x01(M\xff\xffM\xff\xfft',
      ],
      ...[
        'cnumpy\ndtype\nX\x02\0\0\0f8\x89\x88\x87R(K\x03X\x01\0\0\0<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb\x89C\x04abcdtba.',
      ],
    ),
    /other bytes than its shape/,
  );

  it('records that share more than may be held, or hold more at once', async () => {
    // Each text is asked for again, so it would have to be kept.
    const text = 'a'.repeat(100);
    const kept = [0, 1, 2].map((slot) => pickle('X', uint32(100), text, 'q', Buffer.from([slot]), 'a'));
    const asked = [0, 1, 2].map((slot) => pickle('h', Buffer.from([slot]), 'a'));
    const shared = pickle('\x80\x02]', ...kept, ...asked, '.');
    const limits = { heldBytes: 1000, keptBytes: 500, valueBytes: 1000 };
    assert.equal((await load(shared)).length, 6);
    assert.match((await refusal(shared, limits)).message, /share more than/);
    // Without the last three nothing has to be kept.
    assert.equal((await load(pickle('\x80\x02]', ...kept, '.'), 10, limits)).length, 3);
    const atOnce = pickle('\x80\x02](', ...Array(10).fill(pickle('X', uint32(100), text)), 'e.');
    assert.equal((await load(atOnce)).length, 10);
    assert.match((await refusal(atOnce, limits)).message, /held at once/);
    assert.match((await refusal(atOnce, { ...limits, valueBytes: 99 })).message, /too large/);
    // What is put into a list that is kept stays with it.
    const grows = pickle(
      '\x80\x02]]q\x01',
      'X',
      uint32(100),
      text,
      'aa',
      'h\x01',
      'X',
      uint32(100),
      text,
      'a0',
      'h\x01a.',
    );
    assert.equal((await load(grows)).length, 2);
    assert.match((await refusal(grows, { ...limits, keptBytes: 200 })).message, /share more than/);
  });

  it('cut off anywhere', async () => {
    const whole = readFileSync(`${GOLDEN}np2-p4.pkl`);
    for (let end = 0; end < whole.length; end += 37) {
      // The header says which frame it is in, so that a cut one is noticed there.
      const error = await refusal(whole.subarray(0, end));
      assert.match(error.message, /cut off|more bytes than the file/);
    }
  });

  it('damaged anywhere: read or refused, never anything else', async () => {
    const whole = readFileSync(`${GOLDEN}np1-p3.pkl`);
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.nat(255), async (at, byte) => {
        const damaged = Buffer.from(whole);
        damaged[at] = byte;
        try {
          for (const { value } of await load(damaged)) plain(value);
        } catch (thrown) {
          if (thrown instanceof FoveaError) assert.equal(thrown.code, 'bad_input');
          else assert.match(String(thrown), /PickleError/);
        }
      }),
      { numRuns: 400 },
    );
  });
});
