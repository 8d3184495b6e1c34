"""Makes small pictures of every kind that a file format can store, and what Pillow and transformers make of them.

usage: make.py   (writes next to itself; needs pillow, numpy, imagecodecs and transformers; seed fixed)
golden.json, per file: size and sha256 of `Image.open(path).convert("RGB")` ("rgb"), of the same after
`ImageOps.exif_transpose` ("turned"), and of transformers' `convert_to_rgb` ("white"), each with its size; null where
Pillow refuses. "refused" lists what Fovea does not read: kinds that libvips reads otherwise than Pillow does.
"""
import hashlib, io, json, os, struct, warnings, zlib
import imagecodecs
import numpy as np
from PIL import Image, ImageCms, ImageOps, TiffImagePlugin, __version__
from transformers.image_transforms import convert_to_rgb
import transformers

warnings.simplefilter("ignore")
HERE = os.path.dirname(os.path.abspath(__file__))
rng = np.random.default_rng(2027)
W, H = 23, 16
written = []


def picture(w, h):
    """Saturated edges and noise: every difference in chroma or rounding shows."""
    y, x = np.mgrid[0:h, 0:w]
    base = np.stack([127 + 140 * np.sin(x / 4 + y / 9), 127 + 140 * np.cos(y / 3), 255 * ((x // 5 + y // 6) % 2)], -1)
    return np.clip(base + rng.normal(0, 8, (h, w, 3)), 0, 255).astype(np.uint8)


A = picture(W, H)
rgb = Image.fromarray(A)
alpha = rng.integers(0, 256, (H, W), dtype=np.uint8)
alpha[:3] = 0
alpha[3:6] = 255
rgba = Image.fromarray(np.dstack([A, alpha]))
grey, palette, cmyk = rgb.convert("L"), rgb.quantize(16), rgb.convert("CMYK")
G = np.asarray(grey)
deep = G.astype(np.uint16) * 257
deep[0, :6] = [0, 127, 255, 256, 4000, 65535]
noise = rng.integers(0, 65536, (H, W), dtype=np.uint16)


def write(name, data):
    with open(os.path.join(HERE, name), "wb") as f:
        f.write(data)
    written.append(name)


def put(name, im, **kw):
    im.save(os.path.join(HERE, name), **kw)
    written.append(name)


def exif(orientation):
    e = Image.Exif()
    e[274] = orientation
    return e


def xmp(orientation):
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="%d"/></rdf:RDF></x:xmpmeta>'
        % orientation
    ).encode()


def png(pixels, depth, kind, *chunks):
    """A PNG of any depth and colour type: Pillow writes few of them."""

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    def row(values):
        if depth >= 8:
            return values.astype(">u2" if depth == 16 else "u1").tobytes()
        text = "".join(format(int(v), f"0{depth}b") for v in values.ravel())
        text += "0" * (-len(text) % 8)
        return bytes(int(text[i : i + 8], 2) for i in range(0, len(text), 8))

    h, w = pixels.shape[:2]
    head = struct.pack(">IIBBBBB", w, h, depth, kind, 0, 0, 0)
    body = b"".join(b"\0" + row(r) for r in pixels)
    extra = b"".join(chunk(n, d) for n, d in chunks)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + extra + chunk(b"IDAT", zlib.compress(body)) + chunk(b"IEND", b"")


def gif(frame, screen, colours, left=0, top=0, transparent=None, local=None):
    """A GIF whose frame may be smaller than the screen; its LZW clears so often that codes keep their width."""
    bits, codes = 4, []
    for i, v in enumerate(frame.ravel()):
        if i % 14 == 0:
            codes.append(16)
        codes.append(int(v))
    codes.append(17)
    text = "".join(format(c, "05b")[::-1] for c in codes)
    text += "0" * (-len(text) % 8)
    data = bytes(int(text[i : i + 8][::-1], 2) for i in range(0, len(text), 8))
    blocks = b"".join(bytes([len(data[i : i + 255])]) + data[i : i + 255] for i in range(0, len(data), 255))
    flags = 0x80 | 3 if colours is not None else 0
    out = b"GIF89a" + struct.pack("<HHBBB", *screen, flags, 2, 0) + (colours or b"")
    if transparent is not None:
        out += b"\x21\xf9\x04" + bytes([1, 0, 0, transparent, 0])
    out += b"\x2c" + struct.pack("<HHHHB", left, top, frame.shape[1], frame.shape[0], 0x83 if local else 0) + (local or b"")
    return out + bytes([bits]) + blocks + b"\0\x3b"


def tiff(pixels, photometric, bits, samples, compression=1, little=True, **more):
    """A TIFF of one strip with any tags; `more`: t<tag>=(type, values)."""
    e = "<" if little else ">"
    tags = {256: (4, [W]), 257: (4, [H]), 258: (3, [bits] * samples), 259: (3, [compression]), 262: (3, [photometric])}
    tags |= {273: (4, [8]), 277: (3, [samples]), 278: (4, [H]), 279: (4, [len(pixels)])}
    tags |= {int(name[1:]): value for name, value in more.items()}
    pixels += b"\0" * (len(pixels) & 1)
    at = 8 + len(pixels) + 2 + 12 * len(tags) + 4
    ifd, far = struct.pack(e + "H", len(tags)), b""
    for tag in sorted(tags):
        kind, values = tags[tag]
        data = struct.pack(e + str(len(values)) + {1: "B", 3: "H", 4: "I"}[kind], *values)
        if len(data) > 4:
            far += data + b"\0" * (len(data) & 1)
            field = struct.pack(e + "I", at + len(far) - len(data) - (len(data) & 1))
        else:
            field = data.ljust(4, b"\0")
        ifd += struct.pack(e + "HHI", tag, kind, len(values)) + field
    mark = b"II*\0" if little else b"MM\0*"
    return mark + struct.pack(e + "I", 8 + len(pixels)) + pixels + ifd + struct.pack(e + "I", 0) + far


def save_avif():
    for s in ("4:2:0", "4:2:2", "4:4:4"):
        put(f"avif-{s.replace(':', '')}.avif", rgb, quality=90, subsampling=s)
        put(f"avif-{s.replace(':', '')}-limited.avif", rgb, quality=90, subsampling=s, range="limited")
    put("avif-even.avif", Image.fromarray(picture(20, 14)), quality=80, subsampling="4:2:0")
    put("avif-dot.avif", Image.fromarray(A[:1, :1].copy()), subsampling="4:2:0")
    put("avif-line.avif", Image.fromarray(A[:9, :1].copy()), subsampling="4:2:0")
    put("avif-grey.avif", grey, quality=90)
    put("avif-grey-limited.avif", grey, quality=90, range="limited")
    put("avif-alpha.avif", rgba, quality=90)
    for o in range(2, 9):
        put(f"avif-turned-{o}.avif", rgb, quality=60, exif=exif(o))
    code = lambda name, pixels, **kw: write(name, imagecodecs.avif_encode(pixels, level=90, **kw))
    for bits in (10, 12):
        more = rng.integers(0, 1 << (bits - 8), A.shape, dtype=np.uint16)
        code(f"avif-{bits}-bit.avif", (A.astype(np.uint16) << (bits - 8)) | more, bitspersample=bits, pixelformat="420")
    for matrix in (0, 1, 9):
        code(f"avif-matrix-{matrix}.avif", A, pixelformat="420" if matrix else "444", matrix=matrix)


def save_gif():
    first = bytes((np.arange(48) * 5 + 9).astype("u1"))
    second = bytes((255 - np.arange(48) * 3).astype("u1"))
    index = np.asarray(palette) % 16
    part = index[:9, :12]
    write("gif-transparent.gif", gif(index, (W, H), first, transparent=4))
    write("gif-small-frame.gif", gif(part, (W, H), first, 5, 6))
    write("gif-small-frame-transparent.gif", gif(part, (W, H), first, 5, 6, transparent=2))
    write("gif-small-frame-local.gif", gif(part, (W, H), first, 5, 6, local=second))
    write("gif-beyond-screen.gif", gif(index, (W, H), first, 4, 3))
    write("gif-no-palette.gif", gif(index, (W, H), None))
    write("gif-short-palette.gif", gif(index, (W, H), first)[:13 + 12].replace(b"\x83", b"\x81") + gif(index, (W, H), first)[13 + 48:])
    put("gif-interlaced.gif", Image.fromarray(picture(90, 70)).quantize(256), interlace=1)
    put("gif-rgba.gif", rgba)


def save_png():
    write("png-grey-16.png", png(deep, 16, 0))
    write("png-grey-16-noise.png", png(noise, 16, 0))
    write("png-grey-16-of-8.png", png(G.astype(np.uint16), 16, 0))
    write("png-grey-alpha-16.png", png(np.dstack([deep, noise]), 16, 4))
    write("png-rgb-16.png", png((A.astype(np.uint16) << 8) | rng.integers(0, 256, A.shape, dtype=np.uint16), 16, 2))
    write("png-rgba-16.png", png(np.dstack([A.astype(np.uint16) * 257, noise]), 16, 6))
    write("png-grey-16-key.png", png(deep, 16, 0, (b"tRNS", struct.pack(">H", int(deep[2, 2])))))
    write("png-grey-2-key.png", png(G >> 6, 2, 0, (b"tRNS", struct.pack(">H", 2))))
    put("png-rgb-key.png", rgb, transparency=tuple(int(v) for v in A[3, 3]))
    put("png-palette-alpha.png", palette, transparency=bytes(range(0, 256, 16)))
    put("png-turned.png", rgb, exif=exif(8))


def save_tiff():
    def tagged(o):
        ifd = TiffImagePlugin.ImageFileDirectory_v2()
        ifd[274] = o
        return ifd

    for o in range(1, 9):
        put(f"tif-turned-{o}.tif", rgb, tiffinfo=tagged(o), compression="tiff_lzw")
    put("tif-turned-6-plain.tif", rgb, tiffinfo=tagged(6))
    put("tif-turned-8-alpha.tif", rgba, tiffinfo=tagged(8), compression="tiff_lzw")
    put("tif-turned-4-grey.tif", grey, tiffinfo=tagged(4))
    ifd = TiffImagePlugin.ImageFileDirectory_v2()
    ifd[700] = xmp(6)
    put("tif-turned-by-xmp.tif", rgb, tiffinfo=ifd)
    put("tif-jpeg.tif", rgb, compression="jpeg")
    put("tif-grey-16.tif", Image.fromarray(deep))
    put("tif-grey-16-of-8.tif", Image.fromarray(G.astype(np.uint16)), compression="tiff_deflate")
    put("tif-float.tif", Image.fromarray((rng.random((H, W)) * 400 - 70).astype(np.float32)))
    put("tif-int.tif", Image.fromarray(G.astype(np.int32) * 3 - 200))
    put("tif-alpha.tif", rgba)
    put("tif-group4.tif", grey.convert("1"), compression="group4")
    wide = (A.astype(np.uint16) << 8) | rng.integers(0, 256, A.shape, dtype=np.uint16)
    write("tif-rgb-16.tif", tiff(wide.astype(">u2").tobytes(), 2, 16, 3, little=False))
    write("tif-planes.tif", tiff(A.tobytes(), 2, 8, 3, t284=(3, [1]), t338=(3, [])))
    write("tif-white-is-zero.tif", tiff(G.tobytes(), 0, 8, 1))
    write("tif-no-alpha.tif", tiff(np.dstack([A, alpha]).tobytes(), 2, 8, 4, t338=(3, [0])))
    colours = [int(v) for v in rng.integers(0, 65536, 3 * 256)]
    write("tif-palette.tif", tiff(np.asarray(palette).tobytes(), 3, 8, 1, t320=(3, colours)))


def save_refused():
    lab = [ImageCms.ImageCmsProfile(ImageCms.createProfile(space)) for space in ("sRGB", "LAB")]
    put("no-tif-lab.tif", ImageCms.profileToProfile(rgb, *lab, outputMode="LAB"))
    ycc = np.asarray(rgb.convert("YCbCr"))
    write("no-tif-ycbcr.tif", tiff(imagecodecs.lzw_encode(ycc.tobytes()), 6, 8, 3, 5, t530=(3, [1, 1])))
    write("no-tif-multiplied.tif", tiff(np.dstack([A * (alpha[..., None] / 255), alpha]).astype("u1").tobytes(), 2, 8, 4, t338=(3, [1])))
    write("no-tif-cmyk-16.tif", tiff((np.asarray(cmyk).astype("<u2") * 257).tobytes(), 5, 16, 4))
    write("no-tif-white-is-zero-16.tif", tiff(deep.astype("<u2").tobytes(), 0, 16, 1))
    write("no-tif-signed.tif", tiff(deep.astype("<i2").tobytes(), 1, 16, 1, t339=(3, [2])))
    write("no-tif-unsigned-32.tif", tiff(deep.astype("<u4").tobytes(), 1, 32, 1))
    write("no-tif-quarter-turn.tif", tiff(G.tobytes(), 1, 8, 1, t274=(3, [6])))
    write("no-tif-colours-of-8-bits.tif", tiff(np.asarray(palette).tobytes(), 3, 8, 1, t320=(3, [i % 256 for i in range(768)])))
    put("no-tif-zstd.tif", rgb, compression="zstd")
    put("no-avif-moving.avif", rgb, save_all=True, append_images=[rgb.rotate(180)])
    put("no-avif-multiplied.avif", rgba, alpha_premultiplied=True)
    write("no-avif-grey-10.avif", imagecodecs.avif_encode(G.astype(np.uint16) << 2, level=90, bitspersample=10))
    write("no-avif-matrix-8.avif", imagecodecs.avif_encode(A, level=90, pixelformat="444", matrix=8))


def save_other():
    for o in range(1, 9):
        put(f"jpg-turned-{o}.jpg", rgb, quality=70, exif=exif(o))
    put("jpg-turned-by-xmp.jpg", rgb, quality=70, xmp=xmp(6))
    put("jpg-not-turned-by-xmp.jpg", rgb, quality=70, exif=exif(1), xmp=xmp(6))
    put("jpg-422.jpg", rgb, quality=90, subsampling=1)
    ink = 255 - np.asarray(cmyk)
    write("jpg-ycck.jpg", imagecodecs.jpeg8_encode(ink, level=90, colorspace="CMYK", outcolorspace="YCCK"))
    put("webp-alpha.webp", rgba, quality=80)
    put("webp-lossless-alpha.webp", rgba, lossless=True, exact=True)
    put("webp-turned.webp", rgb, quality=80, exif=exif(5))
    put("webp-moving.webp", rgba, save_all=True, append_images=[rgba.rotate(180)], duration=100)


def outcome(make):
    try:
        im = make()
    except Exception:
        return None
    return {"size": list(im.size), "sha256": hashlib.sha256(np.asarray(im).tobytes()).hexdigest()}


def main():
    for save in (save_avif, save_gif, save_png, save_tiff, save_other, save_refused):
        save()
    golden = {"pillow": __version__, "transformers": transformers.__version__, "files": {}, "refused": {}}
    for name in sorted(written):
        path = os.path.join(HERE, name)
        plain = outcome(lambda: Image.open(path).convert("RGB"))
        if name.startswith("no-"):
            golden["refused"][name] = plain
            continue
        golden["files"][name] = {
            "rgb": plain,
            "turned": outcome(lambda: ImageOps.exif_transpose(Image.open(path)).convert("RGB")),
            "white": outcome(lambda: Image.fromarray(convert_to_rgb(Image.open(path), return_numpy=True))),
        }
    with open(os.path.join(HERE, "golden.json"), "w") as f:
        json.dump(golden, f, indent=1)
        f.write("\n")


if __name__ == "__main__":
    main()
