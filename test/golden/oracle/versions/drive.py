"""Every version in turn: installs it below ROOT, lets it save and measure its folders, then runs Fovea over all of them.

    python drive.py ROOT [--installed FOLDER] [--node NODE] [version…]

The newest on the registry is always among the versions. FOLDER may hold installations as `tf-VERSION`. Ends with 1 when
Fovea computes other numbers anywhere without a word about it. Needs torch, and minutes; never in CI.
"""

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
VERSIONS = ["4.37.2", "4.49.0", "4.57.6", "5.0.0", "5.5.4", "5.6.2", "5.24.0"]


def newest() -> str:
    said = subprocess.run([sys.executable, "-m", "pip", "index", "versions", "transformers"], capture_output=True, text=True)
    found = re.search(r"transformers \(([\d.]+)\)", said.stdout)
    if not found:
        raise SystemExit(f"the registry does not say which version is the newest: {said.stderr}")
    return found[1]


def installed(version: str, root: Path, ready: Path | None) -> Path:
    for folder in (ready, root / "installed"):
        if folder and (folder / f"tf-{version}" / "transformers").exists():
            return folder / f"tf-{version}"
    target = root / "installed" / f"tf-{version}"
    numpy = "numpy<2" if version < "4.4" else "numpy"
    wanted = [f"transformers=={version}", numpy, "pillow==12.0.0", "sentencepiece", "protobuf", "jinja2"]
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--target", target, *wanted], check=True)
    return target


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("root", type=Path)
    parser.add_argument("--installed", type=Path)
    parser.add_argument("--node", default="node")
    parser.add_argument("versions", nargs="*")
    options = parser.parse_args()
    versions = options.versions or list(dict.fromkeys([*VERSIONS, newest()]))
    options.root.mkdir(parents=True, exist_ok=True)

    def build(version: str, *mode: str) -> None:
        path = installed(version, options.root, options.installed)
        log = options.root / f"{version}-{mode[0]}.log"
        with log.open("w") as errors:
            subprocess.run([sys.executable, HERE / "build.py", options.root, *mode], stderr=errors, check=True,
                           env={**os.environ, "PYTHONPATH": str(path), "HF_HUB_OFFLINE": "1"})

    for version in versions:
        build(version, "fresh")
    for version in versions:
        others = [other for other in versions if other != version]
        build(version, "resaved", *others)
        build(version, "over", *others)
    return subprocess.run([options.node, HERE / "table.ts", options.root / "cases"]).returncode


if __name__ == "__main__":
    sys.exit(main())
