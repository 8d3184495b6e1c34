"""Scenes of the demo's recipe, so many of which ask about one colour: images/*.png and questions.jsonl, ids by that colour.

usage: scenes.py RECIPE_FOLDER OUT_FOLDER SEED COLOUR OF_COLOUR OTHERS
"""
import json, os, sys

recipe, out, seed, colour, wanted, others = sys.argv[1], sys.argv[2], *sys.argv[3:]
sys.path.insert(0, recipe)
import numpy as np
from dataset import LANGS, ask, save_png
from scenes import make_scene

seed, left = int(seed), {True: int(wanted), False: int(others)}
os.makedirs(f"{out}/images", exist_ok=True)
rng, lines, n = np.random.default_rng(seed), [], 0
while any(left.values()):
    scene = make_scene([seed, n])
    n += 1
    tags = [i for i, tag in enumerate(scene.tags) if left[tag.fill == colour]]
    if not tags:
        continue
    # What there is still most to find of comes first.
    tags.sort(key=lambda i: -left[scene.tags[i].fill == colour])
    text, tag = ask(rng, scene, tags[0], LANGS[n % 3])
    left[tag.fill == colour] -= 1
    kind = colour if tag.fill == colour else "other"
    name = f"images/{kind}-{n:05d}.png"
    save_png(scene.pixels, f"{out}/{name}")
    lines.append({"question_id": f"{kind}-{n:05d}", "image": name, "text": text, "answer": tag.code,
                  "language": LANGS[n % 3], "boxes": [list(tag.box)]})
with open(f"{out}/questions.jsonl", "w") as f:
    for line in lines:
        f.write(json.dumps(line, ensure_ascii=False) + "\n")
