"""Packs the slice of a run that is checked in: `python slice.py ROOT` (see README.md)."""

import gzip
import io
import sys
import tarfile
from pathlib import Path

NAMES = [
    "llava-4.57.6-resaved-4.37.2", "llava-5.5.4-fresh", "llava-5.24.0-fresh",
    "qwen2_5_vl-4.49.0-fresh", "qwen2_5_vl-5.5.4-resaved-4.49.0", "qwen2_5_vl-5.24.0-whole-over-4.57.6",
]


def pack(root: Path, names: list[str], out: Path) -> None:
    """Files and folders below `root/cases`, in one archive that depends on nothing but them."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name in names:
            start = root / "cases" / name
            for path in sorted(start.rglob("*")) if start.is_dir() else [start]:
                if path.is_file():
                    entry = tarfile.TarInfo(str(path.relative_to(root / "cases")))
                    entry.size = path.stat().st_size
                    archive.addfile(entry, io.BytesIO(path.read_bytes()))
    out.write_bytes(gzip.compress(packed.getvalue(), 9, mtime=0))
    print(f"{out.name}: {out.stat().st_size} bytes")


if __name__ == "__main__":
    pack(Path(sys.argv[1]), NAMES, Path(__file__).parent / "cases.tar.gz")
