"""Scenes: photographs with signs set into them.

A sign has a colour, a shape, a rim and a 2-3 digit number in a real font, about 4 px high at the model's base resolution (findable,
not readable), easy to read in a crop. No two signs of a scene share colour and shape. Signs follow the place: perspective, its light,
a soft shadow, blur; some stand on a pole, some carry no number. Photographs and fonts come from photographs.py's folder
(FOVEA_DEMO_PHOTOGRAPHS); scenes of one use (train, validation, heldout) never show another use's photographs.
"""
import functools, io, json, os
from dataclasses import dataclass, field
import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

SIDE, GRID, PATCH = 224, 16, 14
PAD_COLOUR = (122, 116, 104)  # CLIP mean x 255, as LLaVA's expand2square uses it
FOLDER = os.environ.get("FOVEA_DEMO_PHOTOGRAPHS", "photographs")

# outside the maps' colours (viridis, inferno, cividis) and the label's orange, blue and green
FILLS = {"white": (240, 238, 232), "black": (30, 29, 32), "red": (160, 26, 34), "brown": (124, 82, 48), "pink": (236, 126, 174)}
RIMS = {"white": (240, 238, 232), "black": (30, 29, 32), "red": (160, 26, 34), "pink": (236, 126, 174)}
SHAPES = {"plate": (27, 17), "disc": (23, 23), "diamond": (28, 28), "arrow": (33, 17)}  # name -> width, height in base pixels
FILL_NAMES, RIM_NAMES, SHAPE_NAMES = list(FILLS), list(RIMS), list(SHAPES)
SIZES = [(512, 384), (512, 341), (512, 341), (512, 288), (384, 512), (341, 512), (448, 448)]  # (width, height)
DIGIT = 3.9  # height in base pixels of a middle-sized sign's digits
FINE = 3  # signs are drawn and turned at this multiple of the scene's resolution


@dataclass
class Sign:
    fill: str
    shape: str
    rim: str
    code: str  # "" on a sign without a number
    box: tuple  # xyxy in source pixels, exclusive max
    digits: list = field(default_factory=list)  # one box per digit


@dataclass
class Scene:
    pixels: np.ndarray  # uint8 [height, width, 3]
    signs: list  # those with a number
    blanks: list = field(default_factory=list)

    @property
    def image(self):
        return Image.fromarray(self.pixels)

    @property
    def size(self):
        """(width, height)"""
        return self.pixels.shape[1], self.pixels.shape[0]


@functools.cache
def _index():
    return json.load(open(f"{FOLDER}/index.json"))


@functools.cache
def _photograph(name):
    return np.load(f"{FOLDER}/{name}.npy", mmap_mode="r")


@functools.cache
def _font(name, size):
    return ImageFont.truetype(f"{FOLDER}/{name}.ttf", size)


def _background(rng, w, h, use, least=0.5):
    """A random part of a photograph of this use, flipped, with its light and colour changed a little."""
    names = _index()["photographs"][use]
    photo = _photograph(names[rng.integers(0, len(names))])
    ph, pw = photo.shape[:2]
    scale = min(pw / w, ph / h) * rng.uniform(least, 1)
    cw, ch = int(w * scale), int(h * scale)
    x, y = int(rng.integers(0, pw - cw + 1)), int(rng.integers(0, ph - ch + 1))
    image = Image.fromarray(np.ascontiguousarray(photo[y:y + ch, x:x + cw]))
    image = image.resize((w, h), Image.BICUBIC, reducing_gap=2)
    if rng.random() < 0.5:
        image = image.transpose(Image.FLIP_LEFT_RIGHT)
    image = image.filter(ImageFilter.GaussianBlur(rng.uniform(0.3, 1.0)))  # the signs are what the picture is sharp on
    a = np.asarray(image).astype(np.float32)
    grey = a.mean(-1, keepdims=True)
    a = grey + (a - grey) * rng.uniform(0.75, 1.1)
    return a * rng.uniform(0.82, 1.12) * rng.uniform(0.95, 1.05, 3).astype(np.float32)


def _outline(shape, w, h, flip):
    """Polygon in a w x h rectangle (None for the disc), and the centre and width share of its text."""
    if shape == "disc":
        return None, 0.5
    if shape == "diamond":
        return [(w / 2, 0), (w, h / 2), (w / 2, h), (0, h / 2)], 0.5
    if shape == "arrow":
        body = 0.72
        points = [(0, 0), (w * body, 0), (w, h / 2), (w * body, h), (0, h)]
        return ([(w - x, y) for x, y in points], 1 - 0.44) if flip else (points, 0.44)
    return [(0, 0), (w, 0), (w, h), (0, h)], 0.5


def _sprite(rng, sign, w, h, rim, height, font):
    """RGBA picture w x h of a sign seen from the front, and its digits' boxes in it."""
    w, h = int(w), int(h)
    fill = np.array(FILLS[sign.fill]) + rng.integers(-8, 9, 3)
    flip = rng.random() < 0.5
    points, centre = _outline(sign.shape, w - 1, h - 1, flip)
    face, mask = Image.new("RGB", (w, h), RIMS[sign.rim]), Image.new("L", (w, h), 0)
    draw, cut = ImageDraw.Draw(face), ImageDraw.Draw(mask)
    colour = tuple(int(v) for v in fill.clip(0, 255))
    if sign.shape == "disc":
        cut.ellipse((0, 0, w - 1, h - 1), fill=255)
        draw.ellipse((rim, rim, w - 1 - rim, h - 1 - rim), fill=colour)
    elif sign.shape == "plate":
        cut.rounded_rectangle((0, 0, w - 1, h - 1), radius=rim, fill=255)
        draw.rectangle((rim, rim, w - 1 - rim, h - 1 - rim), fill=colour)
    else:
        cut.polygon(points, fill=255)
        k = 1.5 if sign.shape == "diamond" else 1.15
        fx, fy = 1 - 2 * k * rim / w, 1 - 2 * k * rim / h
        cx, cy = (w - 1) / 2, (h - 1) / 2
        draw.polygon([(cx + (x - cx) * fx, cy + (y - cy) * fy) for x, y in points], fill=colour)
    boxes = []
    if sign.code:
        ink = (24, 24, 26) if (fill * np.array([0.3, 0.59, 0.11])).sum() > 120 else (244, 243, 240)
        f = _font(font, max(6, round(height / 0.73)))
        gap = height * 0.1
        widths = [f.getlength(c) for c in sign.code]
        x, y = centre * w - (sum(widths) + gap * (len(widths) - 1)) / 2, h / 2 + height / 2
        for c, cw in zip(sign.code, widths):
            draw.text((x, y), c, font=f, fill=ink, anchor="ls")
            boxes.append(draw.textbbox((x, y), c, font=f, anchor="ls"))
            x += cw + gap
    elif rng.random() < 0.6:  # a bar or two instead of a number
        ink = (24, 24, 26) if fill.sum() > 360 else (244, 243, 240)
        for k in range(int(rng.integers(1, 3))):
            y = h * (0.42 + 0.18 * k)
            draw.rectangle((w * 0.3, y, w * 0.7, y + h * 0.08), fill=ink)
    face.putalpha(mask)
    return face, boxes


def _homography(src, dst):
    """3x3 matrix that maps the four points src onto dst."""
    rows, right = [], []
    for (x, y), (u, v) in zip(src, dst):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        right += [u, v]
    return np.append(np.linalg.solve(np.array(rows), np.array(right)), 1).reshape(3, 3)


def _project(m, points):
    p = np.c_[np.asarray(points, float), np.ones(len(points))] @ m.T
    return p[:, :2] / p[:, 2:]


def _bounds(points):
    return (*np.floor(points.min(0)).astype(int).tolist(), *np.ceil(points.max(0)).astype(int).tolist())


def _quad(rng, w, h, strength=1.0):
    """Corners, around (0, 0), of a w x h rectangle that is turned in space."""
    yaw, tilt = rng.uniform(-0.6, 0.6) * strength, float(np.clip(rng.normal(0, 0.07), -0.18, 0.18)) * strength
    near, slope = 0.16 * np.sin(yaw), rng.uniform(-0.05, 0.05) * strength
    x = w / 2 * np.cos(yaw)
    c = np.array([(-x, -h / 2 * (1 - near)), (x, -h / 2 * (1 + near)), (x, h / 2 * (1 + near)), (-x, h / 2 * (1 - near))])
    c[:, 1] += c[:, 0] * slope
    turn = np.array([[np.cos(tilt), -np.sin(tilt)], [np.sin(tilt), np.cos(tilt)]])
    return c @ turn.T


def _paste(a, rng, sign, centre, w, h, unit, size, font, strength=1.0):
    """Sets a sign into the float picture `a`; fills in its box and its digits' boxes. w, h: in source pixels, seen from the front."""
    face, boxes = _sprite(rng, sign, w * FINE, h * FINE, 1.9 * unit * size * FINE, DIGIT * size * unit * FINE, font)
    corners = _quad(rng, w, h, strength) + np.array(centre)
    x0, y0, x1, y1 = _bounds(corners)
    x0, y0, x1, y1 = x0 - 6, y0 - 6, x1 + 7, y1 + 7
    local = (corners - (x0, y0)) * FINE
    fw, fh = face.size
    ends = [(0, 0), (fw, 0), (fw, fh), (0, fh)]
    back = _homography(local, ends)
    warped = face.transform(((x1 - x0) * FINE, (y1 - y0) * FINE), Image.PERSPECTIVE, (back / back[2, 2]).ravel()[:8].tolist(), Image.BILINEAR)
    small = warped.reduce(FINE).filter(ImageFilter.GaussianBlur(rng.uniform(0.2, 0.55)))
    p = np.asarray(small).astype(np.float32)
    alpha = p[..., 3:] / 255
    rgb = p[..., :3]
    hgt, wid = a.shape[:2]
    cx0, cy0, cx1, cy1 = max(0, x0), max(0, y0), min(wid, x1), min(hgt, y1)
    part, cut = a[cy0:cy1, cx0:cx1], (slice(cy0 - y0, cy1 - y0), slice(cx0 - x0, cx1 - x0))
    local_mean = part.reshape(-1, 3).mean(0)
    gain = float(np.clip(0.64 + 0.0032 * local_mean.mean(), 0.66, 1.06)) * rng.uniform(0.94, 1.06)
    tint = 0.93 + 0.07 * local_mean / max(1, local_mean.mean())
    ramp = np.linspace(*(1 + rng.uniform(-0.07, 0.07, 2)), x1 - x0)[None, :, None]
    rgb = rgb * gain * tint * ramp
    dx, dy = int(rng.integers(-3, 4)), int(rng.integers(1, 4))
    shade = np.asarray(Image.fromarray((alpha[..., 0] * 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(2.2))).astype(np.float32) / 255
    shade = np.roll(shade, (dy, dx), (0, 1))[..., None] * rng.uniform(0.25, 0.45)
    part *= 1 - shade[cut]
    part += alpha[cut] * (rgb[cut] - part)
    forward = _homography(ends, corners)
    sign.box = tuple(int(v) for v in np.clip(_bounds(_project(forward, _border(sign.shape, fw, fh))), 0, [wid, hgt, wid, hgt]))
    sign.digits = [tuple(float(v) for v in (*q.min(0), *q.max(0))) for b in boxes for q in [_project(forward, [(b[0], b[1]), (b[2], b[1]), (b[2], b[3]), (b[0], b[3])])]]


def _border(shape, w, h):
    """Points on a sign's outline."""
    if shape == "disc":
        t = np.linspace(0, 2 * np.pi, 16, endpoint=False)
        return np.c_[w / 2 * (1 + np.cos(t)), h / 2 * (1 + np.sin(t))]
    if shape == "diamond":
        return [(w / 2, 0), (w, h / 2), (w / 2, h), (0, h / 2)]
    return [(0, 0), (w, 0), (w, h), (0, h)]


def _pole(a, rng, x, y, length, width):
    """An upright pole, lit from one side, below (x, y)."""
    h, w = a.shape[:2]
    x0, x1, y1 = max(0, int(x - width / 2)), min(w, int(x + width / 2) + 1), min(h, int(y + length))
    if x1 <= x0 or y1 <= y:
        return
    tone = np.array([(120, 120, 122), (104, 80, 58), (66, 66, 70)][rng.integers(0, 3)], np.float32)
    side = np.linspace(1.15, 0.7, x1 - x0)[None, :, None]
    part = a[int(y):y1, x0:x1]
    part[:] = 0.1 * part + 0.9 * tone * side * np.clip(0.55 + part.mean() / 300, 0.5, 1.05)
    ground = a[max(0, y1 - 2):min(h, y1 + 3), max(0, x0 - 5):min(w, x1 + 6)]
    ground *= 0.72


@functools.cache
def _grain():
    return np.random.default_rng(0).normal(0, 1, (640, 640, 3)).astype(np.float32)


def _finish(a, rng, squeeze=True):
    """Noise of a camera, and for most pictures the traces of lossy compression."""
    y, x = (int(rng.integers(0, 640 - n + 1)) for n in a.shape[:2])
    a = a + _grain()[y:y + a.shape[0], x:x + a.shape[1]] * rng.uniform(0.3, 1.6)
    pixels = a.clip(0, 255).astype(np.uint8)
    if squeeze and rng.random() < 0.8:
        buffer = io.BytesIO()
        Image.fromarray(pixels).save(buffer, "JPEG", quality=int(rng.integers(45, 90)))
        pixels = np.asarray(Image.open(buffer).convert("RGB"))
    return pixels


def _number(rng):
    return "".join(str(rng.integers(0, 10)) for _ in range(int(rng.integers(2, 4))))


def _kinds(rng, count):
    """`count` different (fill, shape) pairs."""
    order = rng.permutation(len(FILL_NAMES) * len(SHAPE_NAMES))[:count]
    return [(FILL_NAMES[k // len(SHAPE_NAMES)], SHAPE_NAMES[k % len(SHAPE_NAMES)]) for k in order]


def make_scene(seed, use="train", crowded=False, squeeze=True):
    """The scene of a seed (an int or a sequence of ints). crowded: a close view full of signs, training only."""
    rng = np.random.default_rng(seed)
    if crowded:
        unit = rng.uniform(1.7, 2.4)
        w, h = (int(v * unit) for v in rng.integers(66, 104, 2))
    else:
        w, h = SIZES[rng.integers(0, len(SIZES))]
        unit = max(w, h) / SIDE
    a = _background(rng, w, h, use, 0.15 if crowded else 0.55)
    count, blanks = int(rng.integers(3, 6) if crowded else rng.integers(4, 8)), int(rng.integers(0, 2) if crowded else rng.integers(0, 3))
    fonts, placed, todo = _index()["fonts"], [], []
    for n, (fill, shape) in enumerate(_kinds(rng, count + blanks)):
        for _ in range(40):
            bw, bh = SHAPES[shape]
            y = rng.random()
            size = rng.uniform(0.86, 1.0) + 0.25 * y  # lower in the picture is nearer
            sw, sh = bw * size * rng.uniform(0.95, 1.1) * unit, bh * size * rng.uniform(0.95, 1.1) * unit
            if shape in ("disc", "diamond"):
                sh = sw
            mx, my = sw / 2 + 3, sh / 2 + 3
            if mx * 2 >= w or my * 2 >= h:
                continue
            cx, cy = mx + rng.random() * (w - 2 * mx), my + y * (h - 2 * my)
            m = (1 if crowded else 3) * unit
            if all(abs(cx - p[0]) > (sw + p[2]) / 2 + m or abs(cy - p[1]) > (sh + p[3]) / 2 + m for p in placed):
                break
        else:
            continue
        rim = str(rng.choice([r for r in RIM_NAMES if r != fill]))
        sign = Sign(fill, shape, rim, _number(rng) if n < count else "", (0, 0, 0, 0))
        placed.append((cx, cy, sw, sh, sign, size))
    placed.sort(key=lambda p: p[5])
    for cx, cy, sw, sh, _, size in placed:
        if not crowded and rng.random() < 0.55:
            _pole(a, rng, cx, cy, sh / 2 + rng.uniform(12, 40) * unit * size, 1.7 * unit * size)
    for cx, cy, sw, sh, sign, size in placed:
        _paste(a, rng, sign, (cx, cy), sw, sh, unit, size, fonts[rng.integers(0, len(fonts))])
    signs = [p[4] for p in placed]
    order = rng.permutation(len(signs))
    return Scene(_finish(a, rng, squeeze), [signs[i] for i in order if signs[i].code], [s for s in signs if not s.code])


def make_sheet(seed, use="train"):
    """A picture packed with signs: dense digit supervision for the vision stage only."""
    rng = np.random.default_rng(seed)
    side, unit = 448, rng.uniform(1.8, 2.4)
    a = _background(rng, side, side, use, 0.3)
    fonts, signs, y = _index()["fonts"], [], 2.0
    while True:
        row = unit * rng.uniform(16, 22)
        if y + row > side - 2:
            break
        x = 2.0
        while True:
            shape = SHAPE_NAMES[rng.integers(0, len(SHAPE_NAMES))] if rng.random() < 0.5 else "plate"
            bw, bh = SHAPES[shape]
            size = rng.uniform(0.86, 1.2)
            k = min(1.0, row / (bh * unit * size))  # too high for its row: drawn smaller round the same digits
            sw, sh = max(bw * k, 17) * unit * size, bh * k * unit * size
            if x + sw > side - 2:
                break
            fill = FILL_NAMES[rng.integers(0, len(FILL_NAMES))]
            rim = str(rng.choice([r for r in RIM_NAMES if r != fill]))
            sign = Sign(fill, shape, rim, _number(rng), (0, 0, 0, 0))
            _paste(a, rng, sign, (x + sw / 2, y + row / 2), sw, sh, unit, size, fonts[rng.integers(0, len(fonts))])
            signs.append(sign)
            x += sw + unit * rng.uniform(0, 2)
        y += row
    return Scene(_finish(a, rng), signs)


def square_region(size):
    """The padded square of a whole picture of this (width, height), in source coordinates (x0, y0, x1, y1)."""
    w, h = size
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


def random_crop_box(rng, scene, sign):
    """A crop such as the pipeline meets: the sign's own box, a cell-aligned RoI box, or one much too big."""
    w, h = scene.size
    sx0, sy0, sx1, _ = square_region(scene.size)
    cell = (sx1 - sx0) / GRID
    kind = rng.random()
    if kind < 0.25:
        j = rng.integers(-3, 4, 4)
        x0, y0, x1, y1 = sign.box[0] + j[0], sign.box[1] + j[1], sign.box[2] + j[2], sign.box[3] + j[3]
    else:
        grow = (lambda: int(rng.choice([0, 0, 1, 1, 1, 2]))) if kind < 0.85 else (lambda: int(rng.integers(0, 5)))
        c0, r0 = int((sign.box[0] - sx0) // cell), int((sign.box[1] - sy0) // cell)
        c1, r1 = int((sign.box[2] - 1 - sx0) // cell) + 1, int((sign.box[3] - 1 - sy0) // cell) + 1
        x0, y0 = sx0 + (c0 - grow()) * cell, sy0 + (r0 - grow()) * cell
        x1, y1 = sx0 + (c1 + grow()) * cell, sy0 + (r1 + grow()) * cell
    return (int(max(0, x0)), int(max(0, y0)), int(min(w, x1)), int(min(h, y1)))


def patch_labels(scene, region):
    """Dense truth per patch for a view of `region`: fill, rim, digit, place, number's digits 1-3, shape (uint8 [256, 8]).

    0 = none, 255 = ignore. Every patch a digit covers is labelled, not only its centre.
    """
    x0, y0, x1, y1 = region
    ex, ey = np.linspace(x0, x1, GRID + 1), np.linspace(y0, y1, GRID + 1)
    area = (x1 - x0) * (y1 - y0) / GRID ** 2

    def overlap(b):
        ox = (np.minimum(ex[1:], b[2]) - np.maximum(ex[:-1], b[0])).clip(0)
        oy = (np.minimum(ey[1:], b[3]) - np.maximum(ey[:-1], b[1])).clip(0)
        return oy[:, None] * ox[None, :]

    out = np.zeros((GRID, GRID, 8), np.uint8)
    best = np.zeros((GRID, GRID))
    best_digit = np.zeros((GRID, GRID))
    for sign in scene.signs + scene.blanks:
        ov = overlap(sign.box)
        better = ov > best
        best[better] = ov[better]
        on = better & (ov >= 0.3 * area)
        code = ([int(c) + 1 for c in sign.code] + [11] * 3)[:3]
        out[on, 0], out[on, 1], out[on, 7] = FILL_NAMES.index(sign.fill) + 1, RIM_NAMES.index(sign.rim) + 1, SHAPE_NAMES.index(sign.shape) + 1
        out[on, 4:7] = code
        unsure = better & (ov > 0.05 * area) & (ov < 0.3 * area)
        out[unsure, :2] = 255
        out[unsure, 7] = 255
        for place, db in enumerate(sign.digits):
            od = overlap(db)
            size = (db[2] - db[0]) * (db[3] - db[1])
            hit = (od > best_digit) & (od >= min(0.15 * area, 0.4 * size))
            best_digit[hit] = od[hit]
            out[hit, 2], out[hit, 3] = int(sign.code[place]) + 1, place + 1
    return out.reshape(-1, 8)


def sign_cells(size, box, least=0.25):
    """Grid cells of the full view that belong to a sign: at least `least` of the cell is covered (else the best cell)."""
    x0, y0, x1, y1 = square_region(size)
    e = lambda a, b: np.linspace(a, b, GRID + 1)
    ex, ey = e(x0, x1), e(y0, y1)
    ox = (np.minimum(ex[1:], box[2]) - np.maximum(ex[:-1], box[0])).clip(0)
    oy = (np.minimum(ey[1:], box[3]) - np.maximum(ey[:-1], box[1])).clip(0)
    cover = (oy[:, None] * ox[None, :]) / ((x1 - x0) / GRID) ** 2
    cells = cover >= least
    return cells if cells.any() else cover == cover.max()
