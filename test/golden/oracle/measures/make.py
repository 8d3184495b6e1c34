"""Expected values of the picture hash (SciPy's DCT-II) and of the paired bootstrap (SciPy's own, other random draws)."""
import json
import pathlib

import numpy as np
import scipy
from scipy.fft import dctn
from scipy.stats import bootstrap

random = np.random.default_rng(20261129)


def smooth(side):
    coarse = random.integers(0, 256, (side, side)).astype(float)
    at = np.linspace(0, side - 1, 32)
    rows = np.array([np.interp(at, range(side), row) for row in coarse])
    return np.array([np.interp(at, range(side), column) for column in rows.T]).T.round().astype(int)


def phash(grey):
    block = dctn(grey.astype(float), type=2)[1:9, 1:9].ravel()
    return np.packbits(block > np.median(block)).tobytes().hex()


pictures = [smooth(side) for side in (4, 6, 9, 16, 32)]
hashes = [{"grey": picture.ravel().tolist(), "hash": phash(picture)} for picture in pictures]

intervals = []
for n, shift in ((12, 0.1), (60, 0.02), (300, 0.0)):
    a = random.normal(0.8, 0.1, n)
    b = a - shift + random.normal(0, 0.05, n)
    found = bootstrap((a, b), lambda x, y, axis: np.mean(x - y, axis=axis), paired=True, n_resamples=100_000,
                      confidence_level=0.95, method="percentile", rng=np.random.default_rng(1), batch=1000)
    low, high = found.confidence_interval
    intervals.append({"a": a.round(6).tolist(), "b": b.round(6).tolist(), "low": low, "high": high})

out = {"scipy": scipy.__version__, "hashes": hashes, "intervals": intervals}
pathlib.Path(__file__).with_name("expected.json").write_text(json.dumps(out) + "\n")
