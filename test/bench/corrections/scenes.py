"""Scenes of the demo's recipe, so many of which ask about one colour: images/*.webp and questions.jsonl, ids by that colour.

usage: scenes.py RECIPE_FOLDER OUT_FOLDER SEED COLOUR OF_COLOUR OTHERS   (FOVEA_DEMO_PHOTOGRAPHS: the folder of RECIPE_FOLDER/photographs.py)
"""
import json, os, sys

recipe, out, seed, colour, wanted, others = sys.argv[1], sys.argv[2], *sys.argv[3:]
sys.path.insert(0, recipe)
import numpy as np
from dataset import LANGS, QUALITY, ask
from pool import described
from scenes import make_scene

seed, left = int(seed), {True: int(wanted), False: int(others)}
os.makedirs(f"{out}/images", exist_ok=True)
rng, lines, n = np.random.default_rng(seed), [], 0
while any(left.values()):
    scene = make_scene([seed, n], "heldout", squeeze=False)
    n += 1
    signs = [i for i, sign in enumerate(scene.signs) if left[sign.fill == colour]]
    if not signs:
        continue
    # What there is still most to find of comes first.
    signs.sort(key=lambda i: -left[scene.signs[i].fill == colour])
    sign = scene.signs[signs[0]]
    text = ask(rng, described(scene), signs[0], LANGS[n % 3])
    left[sign.fill == colour] -= 1
    kind = colour if sign.fill == colour else "other"
    name = f"images/{kind}-{n:05d}.webp"
    scene.image.save(f"{out}/{name}", quality=QUALITY, method=6)
    lines.append({"question_id": f"{kind}-{n:05d}", "image": name, "text": text, "answer": sign.code,
                  "language": LANGS[n % 3], "boxes": [list(sign.box)]})
with open(f"{out}/questions.jsonl", "w") as f:
    for line in lines:
        f.write(json.dumps(line, ensure_ascii=False) + "\n")
