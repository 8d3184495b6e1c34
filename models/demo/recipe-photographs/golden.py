"""Reference numbers for the TypeScript engine, from this plain PyTorch forward: fp32, eager attention, no autocast.

usage: golden.py MODEL.pt|- PRESET.json SCENES_FOLDER OUT_FOLDER
"""
import base64, hashlib, json, os, sys
import numpy as np
import torch
import tokenizer
from export import load
from infer import Runner, load_image, PREFIX, VISUAL
from model import CELLS, to_pixel_values
from scenes import full_view, crop_view

r7 = lambda a: [float(f"{v:.7g}") for v in np.asarray(a, np.float64).ravel()]
b64 = lambda a: {"shape": list(a.shape), "float32_base64": base64.b64encode(np.ascontiguousarray(a, "<f4").tobytes()).decode()}
sha = lambda a: hashlib.sha256(np.ascontiguousarray(a).tobytes()).hexdigest()


def view_record(view):
    px = to_pixel_values(torch.tensor(view)[None])[0].numpy()
    at = [(0, 0, 0), (1, 100, 57), (2, 223, 223), (0, 111, 112), (2, 30, 200)]
    return {"rgb_sha256": sha(view), "rgb_shape": list(view.shape), "rgb_samples": [{"yx": [y, x], "rgb": view[y, x].tolist()} for _, y, x in at],
            "pixel_values": [{"cyx": list(p), "value": float(px[p])} for p in at]}


@torch.no_grad()
def case(runner, folder, q, with_rows):
    image = load_image(f"{folder}/{q['image']}")
    view = full_view(image)
    tokens = runner.visual(view)[0]
    ids = tokenizer.prompt_ids(q["text"])
    answer = runner.greedy(tokens, q["text"])
    fed = [t for t in answer if t != tokenizer.EOS]
    probs, states = [], []
    x = runner.embed(tokens, ids + fed)
    out = runner.llm.logits(runner.run(x, probs, states))
    last = len(ids) - 1 + CELLS - 1
    k = runner.rpn.k
    record = {
        "question_id": q["question_id"], "image": q["image"], "size_wh": list(image.size), "text": q["text"],
        "prompt": tokenizer.TEMPLATE.format(q["text"]), "input_ids": ids, "last_prompt_position": last, "visual_positions": [PREFIX, PREFIX + CELLS],
        "view": view_record(view),
        "visual_features": {"norm": float(tokens.norm()), "row_norms_first8": r7(tokens.norm(dim=1)[:8]), "cell_0": r7(tokens[0]), "cell_137": r7(tokens[137])},
        "logits_last_prompt": r7(out[0, last]), "answer_ids": answer, "answer": tokenizer.answer_text(answer),
        "hidden_states_k": {"k": k, "positions": [0, PREFIX, PREFIX + 137, last], "values": b64(states[k][0, [0, PREFIX, PREFIX + 137, last]].numpy())},
        "rpn_logits": r7(runner.rpn_logits(tokens, q["text"])),
    }
    if with_rows:
        p = torch.stack(probs)[:, 0]  # [layers, heads, S, S]
        record["attention_last_prompt"] = {"note": "[layer, head, key], keys 0..last_prompt_position", **b64(p[:, :, last, :last + 1].numpy())}
        rows = p[:, :, last + 1:, :]
        record["attention_answer_rows"] = {"note": "[layer, head, row, key]; row i is answer token i fed back; later keys are 0", **b64(rows.numpy())}
    rows = runner.attention(tokens, q["text"], answer)
    use = rows[runner.preset["rows"]]
    if use is not None:
        g, s = runner.maps(use)
        record["grounding_map_float16"] = r7(g)
        record["sink_map_float16"] = None if s is None else r7(s)
    return record, tokens, image


@torch.no_grad()
def crop_case(runner, record, tokens, image, box):
    view = crop_view(image, box)
    both = runner.second_stage(image, tokens, box)
    x = runner.embed(both, tokenizer.prompt_ids(record["text"]))
    answer = runner.greedy(both, record["text"])
    return {"question_id": record["question_id"], "image": record["image"], "text": record["text"], "box_xyxy": list(box), "view": view_record(view),
            "crop_features_norm": float(both[CELLS:].norm()), "prompt_length": x.shape[1],
            "logits_last_prompt": r7(runner.llm.logits(runner.run(x)[:, -1])[0]), "answer_ids": answer, "answer": tokenizer.answer_text(answer)}


def main(model_path, preset_path, scenes, out):
    torch.set_num_threads(1)
    model, rpn = load(None if model_path == "-" else model_path)
    runner = Runner(model, rpn, json.load(open(preset_path)))
    os.makedirs(out, exist_ok=True)
    folder = f"{scenes}/project"
    questions = [json.loads(l) for l in open(f"{folder}/questions.jsonl")]
    # the first questions of every picture shape and language
    chosen, seen = [], {}
    for q in questions:
        key = (load_image(f"{folder}/{q['image']}").size, q["language"])
        if key not in seen:
            seen[key] = 1
            chosen.append(q)
    chosen = chosen[:8]
    cases, crops = [], []
    for i, q in enumerate(chosen):
        record, tokens, image = case(runner, folder, q, i < 4)
        cases.append(record)
        x0, y0, x1, y1 = q["boxes"][0]
        crops.append(crop_case(runner, record, tokens, image, (max(0, x0 - 20), max(0, y0 - 16), min(image.width, x1 + 14), min(image.height, y1 + 22))))
    dump = lambda name, v: open(f"{out}/{name}", "w").write(json.dumps(v, ensure_ascii=False, separators=(",", ":")) + "\n")
    dump("cases.json", cases)
    dump("second_stage.json", crops)
    greedy = []
    for q in questions[:100]:
        tokens = runner.visual(full_view(load_image(f"{folder}/{q['image']}")))[0]
        ids = runner.greedy(tokens, q["text"])
        greedy.append({"question_id": q["question_id"], "image": q["image"], "text": q["text"], "answer": tokenizer.answer_text(ids), "answer_ids": ids})
    dump("greedy_100.json", greedy)
    texts = sorted({q["text"] for q in questions}) + ["What is 47 and 305?", "Unknownword 12, ok", "Étiquette l’autre 3-4\tfoo"]
    dump("tokenizer.json", [{"text": t, "prompt": tokenizer.TEMPLATE.format(t), "input_ids": tokenizer.prompt_ids(t)} for t in texts])
    with open(f"{out}/README.md", "w") as f:
        f.write(README)


README = """# Goldens of the demo model

Made by `models/demo/recipe/golden.py` (plain PyTorch, fp32, eager attention) from `models/demo/checkpoint`, `models/presets/demo.json` and
`models/demo/scenes/project`. Regenerate after every new checkpoint or preset:

    cd models/demo/recipe && python golden.py MODEL.pt ../../presets/demo.json ../scenes ../../../test/golden/demo

(`MODEL.pt` is the training file that was exported; `python export.py --import ../checkpoint MODEL.pt` makes it again from the checkpoint.)

- `cases.json`: eight questions over square, wide and tall pictures in three languages. `input_ids` holds the image placeholder once (it stands for 256
  visual tokens); `view` checks the pixels after pad-to-square and PIL's bicubic resize; `rgb_sha256` is over the 224x224x3 uint8 buffer, row-major, RGB;
  attention rows are softmax probabilities over all keys, `[layer, head, key]` and `[layer, head, row, key]` as base64 of little-endian float32;
  `hidden_states_k` is the input of layer K; `rpn_logits` row-major 16x16; `answer_ids` is greedy and ends with </s> (2).
- `second_stage.json`: a given source box, the crop resized by PIL's bilinear filter straight to 224x224, all its 256 tokens right after the original ones.
- `greedy_100.json`: greedy answers for 100 questions. `tokenizer.json`: prompts and their ids.

Expect agreement to about 1e-4 relative on features and logits, and equal token ids.
"""

if __name__ == "__main__":
    main(*sys.argv[1:5])
