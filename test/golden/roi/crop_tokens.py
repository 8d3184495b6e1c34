"""Tokens that torch keeps of a crop: random masks resized by `F.interpolate` to random grids, above one half.

`python crop_tokens.py` writes `crop_tokens.json`: `[rows, columns, mask row by row as 0 and 1, rows, columns of the crop, kept]`.
Taken are sizes whose edges fall on one half exactly, where another rounding keeps other tokens.
"""

import json
from pathlib import Path

import torch
import torch.nn.functional as F

CASES = 80


def main() -> None:
    torch.set_num_threads(1)
    generator = torch.Generator().manual_seed(7)
    draw = lambda low, high: int(torch.randint(low, high, (1,), generator=generator))  # noqa: E731
    cases = []
    while len(cases) < CASES:
        h, w, high, wide = draw(1, 12), draw(1, 12), draw(1, 25), draw(1, 25)
        mask = (torch.rand(h, w, generator=generator) < 0.5).float()
        exact = F.interpolate(mask.double()[None, None], size=(high, wide), mode="bilinear", align_corners=False)
        if ((exact - 0.5).abs() < 1e-6).sum() == 0:
            continue
        resized = F.interpolate(mask[None, None], size=(high, wide), mode="bilinear", align_corners=False)
        kept = (resized.flatten() > 0.5).nonzero()[:, 0].tolist()
        cases.append([h, w, "".join(str(int(v)) for v in mask.flatten()), high, wide, kept])
    text = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    (Path(__file__).parent / "crop_tokens.json").write_text(f"[{text}]\n")


if __name__ == "__main__":
    main()
