"""Packs the looks that are checked in: `python slice.py ROOT` (see README.md)."""

import importlib.util
import sys
from pathlib import Path

HERE = Path(__file__).parent
NAMES = [
    *(f"llava-51/{part}" for part in ("model", "image.png", "bbox-two", "mask-one", "mask-two-large")),
    *(f"qwen2_5-vl-60/{part}" for part in ("model", "image.png", "few", "part")),
]

if __name__ == "__main__":
    spec = importlib.util.spec_from_file_location("versions_slice", HERE.parent / "versions" / "slice.py")
    versions = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(versions)
    versions.pack(Path(sys.argv[1]), NAMES, HERE / "cases.tar.gz")
