#!/bin/sh
# Pillow: big-endian TIFFs of 32-bit integers or floats have the right values where they are stored plainly, and values
# with their bytes in the wrong order where they are compressed with deflate. tifffile reads both alike.
# Fovea: refuses TIFFs of 32-bit samples by name.
. "$(dirname "$0")/common.sh"
venv py pillow==13.0.0 tifffile==2026.3.3 numpy
cat >"$work/run.py" <<'P'
import io
import numpy as np
import tifffile
from PIL import Image

values = np.array([[70000, 71000], [72000, 73000]], "int32")
seen = []
for compression in (None, "zlib"):
    file = io.BytesIO()
    tifffile.imwrite(file, values, byteorder=">", compression=compression, photometric="minisblack")
    assert (tifffile.imread(io.BytesIO(file.getvalue())) == values).all()
    seen.append(int(np.asarray(Image.open(io.BytesIO(file.getvalue())))[0, 0]))
print("plain %d, deflate %d" % tuple(seen))
P
seen=$("$work/py/bin/python" "$work/run.py")
finding 'Pillow 13.0.0' 'first value of a big-endian TIFF of int32 written by tifffile, which reads 70000 back' \
  'plain 70000, deflate 70000' "$seen"
still "$seen" 'plain 70000, deflate 1880162560'
