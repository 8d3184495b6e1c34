"""Makes every case anew: `python make.py [--authors FOLDER] [name…]` (see README.md). Writes to `cases/` beside this file.

FOLDER is a checkout of the authors' repository; without one the cases that take something from it are skipped by name.
"""

import argparse
import os
import shutil
from pathlib import Path

import torch

import authors
import llava_cases
import qwen_cases

ROOT = Path(__file__).parent / "cases"


def main(names: list[str]) -> None:
    torch.set_num_threads(1)
    for module in (llava_cases, qwen_cases):
        for case in module.CASES:
            if names and case.name not in names:
                continue
            try:
                if module.needs_authors(case):
                    authors.checkout()
            except authors.NoCheckout as reason:
                print(f"{case.name}: skipped, {reason}")
                continue
            shutil.rmtree(ROOT / case.name, ignore_errors=True)
            module.make(case, ROOT)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--authors")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    if options.authors:
        os.environ["FOVEA_SDRPN"] = options.authors
    main(options.names)
