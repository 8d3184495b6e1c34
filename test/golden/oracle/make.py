"""Makes every case anew: `python make.py [name…]` (see README.md). Writes to `cases/` beside this file."""

import shutil
import sys
from pathlib import Path

import torch

import llava_cases
import qwen_cases

ROOT = Path(__file__).parent / "cases"


def main(names: list[str]) -> None:
    torch.set_num_threads(1)
    for module in (llava_cases, qwen_cases):
        for case in module.CASES:
            if names and case.name not in names:
                continue
            shutil.rmtree(ROOT / case.name, ignore_errors=True)
            module.make(case, ROOT)


if __name__ == "__main__":
    main(sys.argv[1:])
