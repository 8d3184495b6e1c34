"""Write the demo project's scenes and the held-out scenes: images/*.webp + questions.jsonl.

usage: dataset.py OUT_FOLDER   (makes OUT_FOLDER/project and OUT_FOLDER/heldout)
"""
import json, os, sys
import numpy as np
from pool import described
from scenes import make_scene
from tokenizer import CODE_Q, refer

PROJECT_SEED, HELDOUT_SEED = 7001, 7002  # never used in training (the pool uses 1 and above, validation 5), nor their photographs
LANGS = ["en", "fr", "zh"]
QUALITY = 50


def ask(rng, meta, at, lang):
    """A question for the number on meta["signs"][at] (meta: pool.described)."""
    return str(rng.choice(CODE_Q[lang])).format(refer(rng, lang, meta["signs"] + meta["blanks"], at))


def write(folder, seed, images, doubles, split):
    os.makedirs(f"{folder}/images", exist_ok=True)
    rng, lines = np.random.default_rng(seed), []
    for i in range(images):
        scene = make_scene([seed, i], "heldout", squeeze=False)
        meta, name = described(scene), f"images/{split}-{i:04d}.webp"
        scene.image.save(f"{folder}/{name}", quality=QUALITY, method=6)
        asked = rng.permutation(len(scene.signs))[: 2 if i % 3 == 1 and i // 3 < doubles else 1]
        for j, at in enumerate(asked):
            lang = LANGS[(i + j) % 3]
            lines.append({"question_id": f"{split}-{i:04d}-{j}", "image": name, "text": ask(rng, meta, at, lang), "answer": scene.signs[at].code,
                          "language": lang, "split": split, "boxes": [list(scene.signs[at].box)]})
    with open(f"{folder}/questions.jsonl", "w") as f:
        for line in lines:
            f.write(json.dumps(line, ensure_ascii=False) + "\n")
    return len(lines)


if __name__ == "__main__":
    print(write(f"{sys.argv[1]}/project", PROJECT_SEED, 90, 30, "demo"), write(f"{sys.argv[1]}/heldout", HELDOUT_SEED, 300, 0, "heldout"))
