/**
 * Perceptually uniform colours for maps. Each table holds the published colormap at every 5th of its 256 entries
 * (52 control points, RRGGBB); the rest is interpolated linearly, at most 2/255 away from the original.
 * Sources: viridis and inferno by S. van der Walt and N. Smith (matplotlib 2.0, CC0); cividis by Nuñez, Anderton
 * and Renslow, PLOS ONE 13(7), 2018, doi:10.1371/journal.pone.0199239.
 *
 * Differences have colours of their own: ColorBrewer's PuOr in nine classes (C. Brewer, Apache-2.0), safe for colour-blind
 * eyes, purple below zero and orange above.
 *
 * Over a picture the dark end of a map's colours is lightened to the luminance of a middle grey, in the same hue ({@link overPicture}): a
 * low value then lightens or tints what lies beneath, and darkens only what is lighter than that. Hue and opacity tell the low half of a
 * map apart, as they do over any photograph; the lightness of an opaque colormap is not there to be kept. Differences are left as
 * published: their light colours are the low ones.
 */

export const COLORMAPS = ['viridis', 'inferno', 'cividis'] as const;
export type ColormapName = (typeof COLORMAPS)[number];

const CONTROL_POINTS: Record<ColormapName, string> = {
  viridis:
    '44015446085c471063481769481d6f482475472a7a46307e453781433d844142873f48893d4e8a' +
    '3a538b38598c355e8d33638d31688e2e6d8e2c718e2a768e297b8e27808e25848e23898e218e8d' +
    '20928c1f978b1e9c891fa18821a58524aa8328ae802eb37c35b7793dbc7446c06f50c46a5ac864' +
    '65cb5e70cf577cd25089d54895d840a2da37b0dd2fbddf26cae11fd8e219e5e419f1e51dfde725',
  inferno:
    '00000402020c0504170a072210092d160b391e0c45260c512f0a5b380962400a67490b6a510e6c' +
    '59106e61136e69166e71196e781c6d801f6c88226a902568982766a02a63a82e5fb0315bb73557' +
    'bf3952c63d4dcc4248d34743d94d3ddf5337e45a31e9612bed6925f1711ff47918f78212f98b0b' +
    'fa9407fb9d07fca60cfcb014fbba1ffac42af8cd37f6d746f4e156f2ea69f2f27df5f992fcffa4',
  cividis:
    '00224e002656002a5f002d680030700833701637701f3a6f273e6e2e416d34456c3a486c3f4c6c' +
    '444f6c49536c4e566c535a6d575d6d5c616e60646f656870696b716d6f727172747676767a7a77' +
    '7e7d788381788885788d8878928c789690779b9476a09875a59c74aaa072afa471b5a86fbaac6d' +
    'bfb06bc4b468cab965cfbd62d4c15fdac65bdfca56e5cf52ead34cf0d846f6dd3efce236fee838',
};

const DIVERGING =
  '542788' + '8073ac' + 'b2abd2' + 'd8daeb' + 'f7f7f7' + 'fee0b6' + 'fdb863' + 'e08214' + 'b35806';

export const ENTRIES = 256;
const cache = new Map<ColormapName | 'diverging', Uint8Array>();

/** 256 colours as `[256*3]` RGB bytes, lowest value first. */
export function colormapTable(name: ColormapName | 'diverging'): Uint8Array {
  const known = cache.get(name);
  if (known) return known;
  const hex = name === 'diverging' ? DIVERGING : CONTROL_POINTS[name];
  const points = hex.length / 6;
  const table = new Uint8Array(ENTRIES * 3);
  for (let i = 0; i < ENTRIES; i++) {
    const at = (i / (ENTRIES - 1)) * (points - 1);
    const low = Math.min(Math.floor(at), points - 2);
    const part = at - low;
    for (let channel = 0; channel < 3; channel++) {
      const from = byteAt(hex, low, channel);
      const to = byteAt(hex, low + 1, channel);
      table[i * 3 + channel] = Math.round(from + (to - from) * part);
    }
  }
  cache.set(name, table);
  return table;
}

function byteAt(hex: string, point: number, channel: number): number {
  const at = point * 6 + channel * 2;
  return Number.parseInt(hex.slice(at, at + 2), 16);
}

/** Of the bytes of an sRGB colour, 0 to 255. */
const MIDDLE_GREY = 128;
/** Of red, green and blue in luminance. Source: IEC 61966-2-1. */
const WEIGHTS = [0.2126, 0.7152, 0.0722] as const;
const over = new Map<ColormapName, Uint8Array>();

/**
 * {@link colormapTable} as it is drawn over a picture. A browser blends sRGB bytes, and luminance is a convex function of them: a blend
 * begins to lighten a grey, and goes on to, if and only if the colour's bytes, weighed as in luminance, come to no less than the grey's.
 */
export function overPicture(name: ColormapName): Uint8Array {
  const known = over.get(name);
  if (known) return known;
  const table = colormapTable(name).slice();
  for (let at = 0; at < table.length; at += 3) {
    const luma = WEIGHTS.reduce((sum, weight, channel) => sum + weight * table[at + channel]!, 0);
    const white = Math.max(0, (MIDDLE_GREY - luma) / (255 - luma));
    for (let i = at; i < at + 3; i++) table[i] = Math.ceil(table[i]! + (255 - table[i]!) * white);
  }
  over.set(name, table);
  return table;
}
