"""Makes the image goldens with Pillow: small pictures of every kind, and what Pillow makes of them.

usage: make.py   (writes next to itself; needs pillow and numpy; seed fixed)
golden.json, per file: size, sha256 of convert("RGB"), of LLaVA's pad-to-square bicubic resize and of CLIP's
shortest-edge resize + centre crop at each side, and of bilinear crops.
"""
import hashlib, io, json, os
import numpy as np
from PIL import Image, __version__

HERE = os.path.dirname(os.path.abspath(__file__))
rng = np.random.default_rng(2026)
MEAN = (0.48145466, 0.4578275, 0.40821073)
sha = lambda im: hashlib.sha256(np.asarray(im).tobytes()).hexdigest()


def picture(w, h):
    """Smooth colours with edges and noise: resampling errors show, JPEG stays small."""
    y, x = np.mgrid[0:h, 0:w]
    base = np.stack([127 + 120 * np.sin(x / 9 + y / 31), 127 + 120 * np.cos(y / 7), 255 * ((x // 11 + y // 13) % 2)], -1)
    return np.clip(base + rng.normal(0, 6, (h, w, 3)), 0, 255).astype(np.uint8)


def save():
    rgb = Image.fromarray(picture(97, 61))
    tall = Image.fromarray(picture(45, 130))
    rgba = Image.fromarray(np.dstack([picture(50, 40), rng.integers(0, 256, (40, 50), dtype=np.uint8)]))
    files = {}

    def put(name, im, **kw):
        im.save(os.path.join(HERE, name), **kw)
        files[name] = None

    put("rgb.png", rgb)
    put("tall.png", tall)
    put("wide.png", Image.fromarray(picture(301, 17)))
    put("small.png", Image.fromarray(picture(9, 12)))
    put("photo-420.jpg", rgb, quality=90, subsampling=2)
    put("photo-444.jpg", tall, quality=95, subsampling=0)
    put("progressive.jpg", rgb, quality=80, progressive=True)
    put("grey.jpg", rgb.convert("L"), quality=90)
    put("cmyk.jpg", rgb.convert("CMYK"), quality=92)
    put("rgba.png", rgba)
    put("grey-alpha.png", rgba.convert("LA"))
    put("palette.png", rgb.quantize(32))
    put("lossless.webp", rgb, lossless=True)
    put("first-frame.gif", rgb.quantize(64), save_all=True, append_images=[tall.resize(rgb.size).quantize(64)])
    put("deflate.tif", rgb, compression="tiff_deflate")
    put("cmyk.tif", rgb.convert("CMYK"))
    exif = Image.Exif()
    exif[274] = 6  # rotate 90 on display: must be ignored
    put("exif-rotated.jpg", rgb, quality=90, exif=exif)
    return files


def resize(im, size, resample):
    """Horizontal pass, then vertical: what every Pillow up to 12 does, and so the reference. Pillow 13 does
    columns first when h_in - h_out > max(0, 2 * (w_in - w_out)); two one-axis calls give the reference's pixels on any
    version."""
    return im.resize((size[0], im.size[1]), resample).resize(size, resample)


def pad(im):
    w, h = im.size
    if w == h:
        return im
    side = max(w, h)
    out = Image.new("RGB", (side, side), tuple(int(x * 255) for x in MEAN))
    out.paste(im, ((side - w) // 2, (side - h) // 2))
    return out


def centre(im, side):
    w, h = im.size
    size = (side, int(side * h / w)) if w <= h else (int(side * w / h), side)
    im = resize(im, size, Image.BICUBIC)
    left, top = (size[0] - side) // 2, (size[1] - side) // 2
    return im.crop((left, top, left + side, top + side))


def main():
    golden = {"pillow": __version__, "files": {}}
    for name in save():
        im = Image.open(os.path.join(HERE, name)).convert("RGB")
        w, h = im.size
        boxes = [[0, 0, w, h], [w // 3, h // 4, w // 3 + max(1, w // 5), h // 4 + max(1, h // 2)], [w - 1, h - 1, w, h]]
        golden["files"][name] = {
            "size": [w, h], "rgb": sha(im),
            "pad": {str(s): sha(resize(pad(im), (s, s), Image.BICUBIC)) for s in (28, 224, 336)},
            "centre": {str(s): sha(centre(im, s)) for s in (28, 224)},
            "crops": [{"box": b, "side": s, "sha256": sha(resize(im.crop(b), (s, s), Image.BILINEAR))} for b in boxes for s in (28, 224)],
        }
    with open(os.path.join(HERE, "golden.json"), "w") as f:
        json.dump(golden, f, indent=1)
        f.write("\n")


if __name__ == "__main__":
    main()
