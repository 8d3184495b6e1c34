"""The spectral residual by NumPy and SciPy, after the formula of Hou & Zhang (CVPR 2007), on made-up pictures.

`python saliency.py` writes `saliency.json.gz`: 8-bit pictures of 64×64 and their maps, float32. SciPy's `uniform_filter` and
`gaussian_filter` do the smoothing: 3×3 with the edge repeated, and σ 2.5 cut at five pixels with zeros beyond the edge.
"""

import base64
import gzip
import json
from pathlib import Path

import numpy as np
from scipy.ndimage import gaussian_filter, uniform_filter

N = 64


def text(array: np.ndarray) -> str:
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()


def saliency(grey: np.ndarray) -> np.ndarray:
    spectrum = np.fft.fft2(grey.astype(np.float64))
    log = np.log(np.maximum(np.abs(spectrum), 1e-12))
    residual = log - uniform_filter(log, 3, mode="nearest")
    back = np.abs(np.fft.ifft2(np.exp(residual + 1j * np.angle(spectrum)))) ** 2
    return gaussian_filter(back, 2.5, mode="constant", truncate=2).astype(np.float32)


def main() -> None:
    rng = np.random.default_rng(11)
    y, x = np.mgrid[:N, :N]
    pictures = [
        rng.integers(0, 256, (N, N)),
        np.where((abs(x - 40) < 4) & (abs(y - 20) < 3), 230, 90 + 2 * ((x + y) % 16)) + rng.integers(0, 5, (N, N)),
        128 + 60 * np.sin(x / 3) + 20 * np.cos(y / 5) + rng.integers(0, 9, (N, N)),
    ]
    cases = [{"grey": text(p.astype(np.uint8)), "map": text(saliency(p.astype(np.uint8)))} for p in pictures]
    data = json.dumps(cases, separators=(",", ":")).encode()
    (Path(__file__).resolve().parent / "saliency.json.gz").write_bytes(gzip.compress(data, 9, mtime=0))
    print(len(cases), "cases", len(data))


if __name__ == "__main__":
    main()
