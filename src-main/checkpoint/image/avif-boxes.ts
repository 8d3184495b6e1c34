/**
 * What an AVIF file says about its main picture: a walk through its boxes (ISO/IEC 14496-12 and 23008-12, and the AV1
 * binding). All lengths are checked against the bytes that are there.
 */

/** One box, or one property of an item: its four letters and where its payload lies in the file. */
export interface Box {
  readonly kind: string;
  readonly start: number;
  readonly end: number;
}

/** A coded picture in the file. */
export interface AvifItem {
  /** `av01`, or `grid` and the like for put-together ones. */
  readonly type: string;
  readonly properties: readonly Box[];
  /** Its coded bytes. */
  readonly data: Uint8Array;
}

export interface AvifBoxes {
  readonly main: AvifItem;
  readonly alpha: AvifItem | null;
  /** Colours are stored multiplied by alpha. */
  readonly premultiplied: boolean;
}

const ALPHA = ['urn:mpeg:mpegB:cicp:systems:auxiliary:alpha', 'urn:mpeg:hevc:2015:auxid:1'];

/** @throws Error when the boxes contradict the file. */
export function readAvifBoxes(bytes: Uint8Array): AvifBoxes {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const meta = need(boxesIn(view, 0, view.byteLength), 'meta');
  // A full box: four bytes of version and flags come first.
  const inside = boxesIn(view, meta.start + 4, meta.end);
  const pitm = need(inside, 'pitm');
  const primary =
    view.getUint8(pitm.start) === 0 ? view.getUint16(pitm.start + 4) : view.getUint32(pitm.start + 4);
  const references = inside.find(({ kind }) => kind === 'iref');
  const links = references ? readReferences(view, references) : [];
  const item = (id: number): AvifItem => ({
    type: itemType(view, need(inside, 'iinf'), id),
    properties: propertiesOf(view, need(inside, 'iprp'), id),
    data: dataOf(bytes, view, inside, id),
  });
  const main = item(primary);
  const alpha = links
    .filter(({ kind, to }) => kind === 'auxl' && to.includes(primary))
    .map(({ from }) => item(from))
    .find(({ properties }) =>
      properties.some((one) => one.kind === 'auxC' && ALPHA.includes(auxiliary(view, one))),
    );
  return {
    main,
    alpha: alpha ?? null,
    premultiplied: links.some(({ kind, from }) => kind === 'prem' && from === primary),
  };
}

function boxesIn(view: DataView, start: number, end: number): Box[] {
  const boxes: Box[] = [];
  for (let at = start; at + 8 <= end;) {
    let size = view.getUint32(at);
    let header = 8;
    if (size === 1) {
      size = Number(view.getBigUint64(at + 8));
      header = 16;
    } else if (size === 0) size = end - at;
    if (size < header || at + size > end) throw new Error('an AVIF box that is longer than the file');
    boxes.push({ kind: letters(view, at + 4), start: at + header, end: at + size });
    at += size;
  }
  return boxes;
}

function need(boxes: readonly Box[], kind: string): Box {
  const found = boxes.find((box) => box.kind === kind);
  if (!found) throw new Error(`an AVIF without its ${kind} box`);
  return found;
}

function letters(view: DataView, at: number): string {
  return String.fromCharCode(...[0, 1, 2, 3].map((i) => view.getUint8(at + i)));
}

/** The name in a property that says what an auxiliary picture is. */
function auxiliary(view: DataView, { start, end }: Box): string {
  const name = Buffer.from(view.buffer, view.byteOffset + start + 4, end - start - 4).toString('latin1');
  return name.split('\0')[0] ?? '';
}

function itemType(view: DataView, box: Box, wanted: number): string {
  const long = view.getUint8(box.start) !== 0;
  for (const { kind, start } of boxesIn(view, box.start + (long ? 8 : 6), box.end)) {
    const version = kind === 'infe' ? view.getUint8(start) : 0;
    if (version < 2) continue;
    const id = version === 2 ? view.getUint16(start + 4) : view.getUint32(start + 4);
    if (id === wanted) return letters(view, start + (version === 2 ? 8 : 10));
  }
  throw new Error('an AVIF that does not describe one of its pictures');
}

function readReferences(
  view: DataView,
  { start, end }: Box,
): { readonly kind: string; readonly from: number; readonly to: readonly number[] }[] {
  const wide = view.getUint8(start) !== 0;
  const id = (at: number) => (wide ? view.getUint32(at) : view.getUint16(at));
  const step = wide ? 4 : 2;
  return boxesIn(view, start + 4, end).map((box) => {
    const count = view.getUint16(box.start + step);
    const to = Array.from({ length: count }, (_, i) => id(box.start + step + 2 + i * step));
    return { kind: box.kind, from: id(box.start), to };
  });
}

function propertiesOf(view: DataView, iprp: Box, wanted: number): Box[] {
  const parts = boxesIn(view, iprp.start, iprp.end);
  const ipco = need(parts, 'ipco');
  const all = boxesIn(view, ipco.start, ipco.end);
  return parts
    .filter(({ kind }) => kind === 'ipma')
    .flatMap((box) => associations(view, box, wanted))
    .flatMap((index) => all[index - 1] ?? []);
}

/** 1-based places in the list of properties. */
function associations(view: DataView, { start, end }: Box, wanted: number): number[] {
  const version = view.getUint8(start);
  const wide = (view.getUint8(start + 3) & 1) !== 0;
  const count = view.getUint32(start + 4);
  let at = start + 8;
  for (let i = 0; i < count && at < end; i++) {
    const id = version === 0 ? view.getUint16(at) : view.getUint32(at);
    at += version === 0 ? 2 : 4;
    const n = view.getUint8(at++);
    const indices = Array.from({ length: n }, (_, k) =>
      wide ? view.getUint16(at + 2 * k) & 0x7fff : view.getUint8(at + k) & 0x7f,
    );
    if (id === wanted) return indices;
    at += n * (wide ? 2 : 1);
  }
  return [];
}

/** The bytes of an item: its pieces in the file, or in the box that holds small ones, in order. */
function dataOf(bytes: Uint8Array, view: DataView, inside: readonly Box[], wanted: number): Uint8Array {
  const { start, end } = need(inside, 'iloc');
  const version = view.getUint8(start);
  const sizes = view.getUint16(start + 4);
  const [offsetSize, lengthSize] = [sizes >> 12, (sizes >> 8) & 15];
  const [baseSize, indexSize] = [(sizes >> 4) & 15, version === 0 ? 0 : sizes & 15];
  let at = start + 6;
  const take = (size: number): number => {
    const from = at;
    at += size;
    if (size === 0) return 0;
    return size === 8
      ? Number(view.getBigUint64(from))
      : size === 4
        ? view.getUint32(from)
        : view.getUint16(from);
  };
  const count = take(version === 2 ? 4 : 2);
  for (let i = 0; i < count && at < end; i++) {
    const id = take(version === 2 ? 4 : 2);
    const method = version === 0 ? 0 : take(2) & 15;
    take(2);
    const base = take(baseSize);
    const pieces: Uint8Array[] = [];
    for (let left = take(2); left > 0 && at <= end; left--) {
      take(indexSize);
      const from = base + take(offsetSize) + (method === 1 ? need(inside, 'idat').start : 0);
      const length = take(lengthSize);
      if (method > 1 || from + length > bytes.length)
        throw new Error('an AVIF whose pixels lie outside the file');
      pieces.push(bytes.subarray(from, from + length));
    }
    if (id === wanted)
      return pieces.length === 1 ? (pieces[0] as Uint8Array) : new Uint8Array(Buffer.concat(pieces));
  }
  throw new Error('an AVIF that does not say where its pixels lie');
}
