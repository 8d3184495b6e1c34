#!/bin/sh
# Pillow: an uncompressed TIFF in one strip with orientation 6, 5 wide and 3 high as stored. Opened by its path it says
# it is 3 × 5, as turned pictures are, and after load() it is 5 × 3, not turned; the same bytes from memory stay 3 × 5.
# Fovea: reads such files by its own rules for TIFF and turns them as Pillow does from memory.
. "$(dirname "$0")/common.sh"
venv py pillow==13.0.0
cat >"$work/run.py" <<'P'
import io, struct, sys
from PIL import Image

wide, high, path = 5, 3, sys.argv[1]
pixels = bytes(range(wide * high))
tags = [(256, wide), (257, high), (258, 8), (259, 1), (262, 1), (273, 8), (274, 6), (277, 1), (278, high), (279, 15)]
entries = b"".join(struct.pack("<HHII", tag, 4 if tag in (273, 279) else 3, 1, value) for tag, value in tags)
data = b"II*\0" + struct.pack("<I", 24) + pixels + b"\0" + struct.pack("<H", len(tags)) + entries + bytes(4)
open(path, "wb").write(data)


def sizes(source):
    with Image.open(source) as image:
        before = image.size
        image.load()
        return "%dx%d then %dx%d" % (*before, *image.size)


print("by path %s; from memory %s" % (sizes(path), sizes(io.BytesIO(data))))
P
seen=$("$work/py/bin/python" "$work/run.py" "$work/turned.tif")
finding 'Pillow 13.0.0' 'size before and after load() of a TIFF with orientation 6' \
  'by path 3x5 then 3x5; from memory 3x5 then 3x5' "$seen"
still "$seen" 'by path 3x5 then 5x3; from memory 3x5 then 3x5'
