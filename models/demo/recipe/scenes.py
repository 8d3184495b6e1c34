"""Generated scenes: coloured tags with small codes on a cheap textured background.

Each fill colour appears once per scene. A tag has a border colour and a 2-3 digit code in a 5x7 bitmap
font: 3.5 px high at the model's base resolution (findable, hardly readable), easy to read in a crop.
Everything is drawn with integer arithmetic, so a seed gives the same pixels everywhere.
"""
from dataclasses import dataclass, field
import numpy as np
from PIL import Image

SIDE, GRID, PATCH = 224, 16, 14
PAD_COLOUR = (122, 116, 104)  # CLIP mean x 255, as LLaVA's expand2square uses it

FILLS = {  # name -> rgb
    "red": (214, 40, 40), "orange": (242, 140, 30), "yellow": (240, 220, 50), "green": (40, 160, 70),
    "cyan": (60, 205, 215), "blue": (40, 80, 205), "purple": (125, 50, 165), "pink": (245, 140, 185),
}
BORDERS = {"black": (15, 15, 15), "white": (245, 245, 245), "red": (214, 40, 40), "green": (40, 160, 70),
           "blue": (40, 80, 205), "yellow": (240, 220, 50)}
FILL_NAMES, BORDER_NAMES = list(FILLS), list(BORDERS)
SIZES = [(448, 448)] * 4 + [(448, 336), (336, 448)]  # (width, height)

_FONT = [
    "01110 10001 10011 10101 11001 10001 01110", "00100 01100 00100 00100 00100 00100 01110",
    "01110 10001 00001 00110 01000 10000 11111", "11111 00010 00100 00010 00001 10001 01110",
    "00010 00110 01010 10010 11111 00010 00010", "11111 10000 11110 00001 00001 10001 01110",
    "00110 01000 10000 11110 10001 10001 01110", "11111 00001 00010 00100 01000 01000 01000",
    "01110 10001 10001 01110 10001 10001 01110", "01110 10001 10001 01111 00001 00010 01100",
]
GLYPHS = np.array([[[int(c) for c in row] for row in g.split()] for g in _FONT], bool)
GLYPH_W, GLYPH_H, GAP = 5, 7, 2


@dataclass
class Tag:
    fill: str
    border: str
    code: str
    box: tuple  # xyxy in source pixels, exclusive max
    digits: list = field(default_factory=list)  # one box per digit


@dataclass
class Scene:
    pixels: np.ndarray  # uint8 [height, width, 3]
    tags: list

    @property
    def image(self):
        return Image.fromarray(self.pixels)


def _background(rng, w, h):
    base = rng.integers(70, 205) + rng.integers(-14, 15, 3)
    img = np.empty((h, w, 3), np.int16)
    img[:] = base
    kind, step = rng.integers(0, 5), int(rng.integers(12, 44))
    tone = rng.integers(-26, 27) + rng.integers(-10, 11, 3)
    y, x = np.ogrid[:h, :w]
    if kind == 0:
        img[((x * int(rng.integers(0, 3)) + y * int(rng.integers(1, 3))) // step) % 2 == 1] += tone.astype(np.int16)
    elif kind == 1:
        img[((x // step) + (y // step)) % 2 == 1] += tone.astype(np.int16)
    elif kind == 2:
        img[((x % step - step // 2) ** 2 + (y % step - step // 2) ** 2) < (step // 4) ** 2] += tone.astype(np.int16)
    elif kind == 3:
        img[(x % step < 2) | (y % step < 2)] += tone.astype(np.int16)
    for _ in range(int(rng.integers(2, 9))):  # pale rectangles as clutter
        x0, y0 = int(rng.integers(0, w - 20)), int(rng.integers(0, h - 20))
        bw, bh = int(rng.integers(6, 110)), int(rng.integers(6, 110))
        img[y0:y0 + bh, x0:x0 + bw] = base + rng.integers(-30, 31) + rng.integers(-8, 9, 3)
    return img.clip(0, 255).astype(np.uint8)


def _draw_tag(img, rng, box, fill, border, code):
    x0, y0, x1, y1 = box
    jitter = lambda rgb: (np.array(rgb) + rng.integers(-10, 11, 3)).clip(0, 255).astype(np.uint8)
    rgb = jitter(FILLS[fill])
    img[y0:y1, x0:x1] = jitter(BORDERS[border])
    img[y0 + 4:y1 - 4, x0 + 4:x1 - 4] = rgb
    ink = (20, 20, 20) if (rgb * np.array([0.3, 0.59, 0.11])).sum() > 120 else (240, 240, 240)
    width = len(code) * (GLYPH_W + GAP) - GAP
    gx = int(rng.integers(x0 + 6, x1 - 6 - width + 1))
    gy = int(rng.integers(y0 + 6, y1 - 6 - GLYPH_H + 1))
    boxes = []
    for ch in code:
        img[gy:gy + GLYPH_H, gx:gx + GLYPH_W][GLYPHS[int(ch)]] = ink
        boxes.append((gx, gy, gx + GLYPH_W, gy + GLYPH_H))
        gx += GLYPH_W + GAP
    return Tag(fill, border, code, box, boxes)


def make_scene(seed, crowded=False):
    """The scene of a seed (an int or a sequence of ints). crowded: a small picture full of tags, training only."""
    rng = np.random.default_rng(seed)
    w, h = (int(v) for v in rng.integers(120, 176, 2)) if crowded else SIZES[rng.integers(0, len(SIZES))]
    img = _background(rng, w, h)
    tags, count = [], int(rng.integers(3, 7))
    for fill in rng.permutation(FILL_NAMES)[:count]:
        for _ in range(40):
            tw, th = int(rng.integers(36, 51)), int(rng.integers(26, 37))
            x0, y0 = int(rng.integers(4, w - tw - 4)), int(rng.integers(4, h - th - 4))
            box = (x0, y0, x0 + tw, y0 + th)
            m = 2 if crowded else 10
            if all(x0 > t.box[2] + m or box[2] < t.box[0] - m or y0 > t.box[3] + m or box[3] < t.box[1] - m for t in tags):
                break
        else:
            continue
        border = str(rng.choice([b for b in BORDER_NAMES if b != fill]))
        n = int(rng.integers(2, 4))
        code = "".join(str(rng.integers(0, 10)) for _ in range(n))
        tags.append(_draw_tag(img, rng, box, str(fill), border, code))
    return Scene(img, tags)


def make_sheet(seed):
    """A picture packed with small tags: dense digit supervision for the vision stage only."""
    rng = np.random.default_rng(seed)
    img = _background(rng, 448, 448)
    tags, y = [], 0
    while y < 448 - 26:
        x, row = 0, int(rng.integers(20, 26))
        while True:
            code = "".join(str(rng.integers(0, 10)) for _ in range(int(rng.integers(2, 4))))
            width = len(code) * (GLYPH_W + GAP) - GAP + 12 + int(rng.integers(0, 5))
            if x + width > 448:
                break
            fill = str(rng.choice(FILL_NAMES))
            border = str(rng.choice([b for b in BORDER_NAMES if b != fill]))
            tags.append(_draw_tag(img, rng, (x, y, x + width, y + row), fill, border, code))
            x += width + int(rng.integers(0, 4))
        y += row + int(rng.integers(0, 4))
    return Scene(img, tags)


def square_region(scene):
    """The padded square of the whole picture, in source coordinates (x0, y0, x1, y1)."""
    h, w = scene.pixels.shape[:2]
    side = max(w, h)
    x0, y0 = -((side - w) // 2), -((side - h) // 2)
    return (x0, y0, x0 + side, y0 + side)


def full_view(image):
    """LLaVA's own preprocessing: pad to a square with the CLIP mean colour, bicubic to 224."""
    w, h = image.size
    side = max(w, h)
    if w != h:
        square = Image.new("RGB", (side, side), PAD_COLOUR)
        square.paste(image, ((side - w) // 2, (side - h) // 2))
        image = square
    return np.asarray(image.resize((SIDE, SIDE), Image.BICUBIC))


def crop_view(image, box):
    """SD-RPN's second-stage crop: aspect ratio ignored, bilinear straight to the encoder's square."""
    return np.asarray(image.crop(tuple(int(v) for v in box)).resize((SIDE, SIDE), Image.BILINEAR))


def random_crop_box(rng, scene, tag):
    """A crop such as the pipeline meets: the tag's own box, a cell-aligned RoI box, or one much too big."""
    h, w = scene.pixels.shape[:2]
    sx0, sy0, sx1, _ = square_region(scene)
    cell = (sx1 - sx0) / GRID
    kind = rng.random()
    if kind < 0.25:
        j = rng.integers(-3, 4, 4)
        x0, y0, x1, y1 = tag.box[0] + j[0], tag.box[1] + j[1], tag.box[2] + j[2], tag.box[3] + j[3]
    else:
        grow = (lambda: int(rng.choice([0, 0, 1, 1, 1, 2]))) if kind < 0.85 else (lambda: int(rng.integers(0, 5)))
        c0, r0 = int((tag.box[0] - sx0) // cell), int((tag.box[1] - sy0) // cell)
        c1, r1 = int((tag.box[2] - 1 - sx0) // cell) + 1, int((tag.box[3] - 1 - sy0) // cell) + 1
        x0, y0 = sx0 + (c0 - grow()) * cell, sy0 + (r0 - grow()) * cell
        x1, y1 = sx0 + (c1 + grow()) * cell, sy0 + (r1 + grow()) * cell
    return (int(max(0, x0)), int(max(0, y0)), int(min(w, x1)), int(min(h, y1)))


def patch_labels(scene, region):
    """Dense truth per patch for a view of `region`: fill, border, digit, place, code digits 1-3 (uint8 [256, 7]).

    0 = none, 255 = ignore. Every patch a digit covers is labelled, not only its centre.
    """
    x0, y0, x1, y1 = region
    ex, ey = np.linspace(x0, x1, GRID + 1), np.linspace(y0, y1, GRID + 1)
    area = (x1 - x0) * (y1 - y0) / GRID ** 2

    def overlap(b):
        ox = (np.minimum(ex[1:], b[2]) - np.maximum(ex[:-1], b[0])).clip(0)
        oy = (np.minimum(ey[1:], b[3]) - np.maximum(ey[:-1], b[1])).clip(0)
        return oy[:, None] * ox[None, :]

    out = np.zeros((GRID, GRID, 7), np.uint8)
    best = np.zeros((GRID, GRID))
    best_digit = np.zeros((GRID, GRID))
    for tag in scene.tags:
        ov = overlap(tag.box)
        better = ov > best
        best[better] = ov[better]
        on = better & (ov >= 0.25 * area)
        code = [int(c) + 1 for c in tag.code] + [11] * (3 - len(tag.code))
        out[on, 0] = FILL_NAMES.index(tag.fill) + 1
        out[on, 1] = BORDER_NAMES.index(tag.border) + 1
        out[on, 4:] = code
        out[better & (ov > 0.08 * area) & (ov < 0.25 * area), :2] = 255
        for place, db in enumerate(tag.digits):
            od = overlap(db)
            size = (db[2] - db[0]) * (db[3] - db[1])
            hit = (od > best_digit) & (od >= min(0.15 * area, 0.4 * size))
            best_digit[hit] = od[hit]
            out[hit, 2], out[hit, 3] = int(tag.code[place]) + 1, place + 1
    return out.reshape(-1, 7)


def tag_cells(scene, box, least=0.25):
    """Grid cells of the full view that belong to a tag: at least `least` of the cell is covered (else the best cell)."""
    x0, y0, x1, y1 = square_region(scene)
    e = lambda a, b: np.linspace(a, b, GRID + 1)
    ex, ey = e(x0, x1), e(y0, y1)
    ox = (np.minimum(ex[1:], box[2]) - np.maximum(ex[:-1], box[0])).clip(0)
    oy = (np.minimum(ey[1:], box[3]) - np.maximum(ey[:-1], box[1])).clip(0)
    cover = (oy[:, None] * ox[None, :]) / ((x1 - x0) / GRID) ** 2
    cells = cover >= least
    return cells if cells.any() else cover == cover.max()
