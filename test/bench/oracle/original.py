"""Labels samples as the reference does it, for `npm run bench:oracle`: transformers with eager attention, attention of
all layers and heads put out, every question a sample of its own, and the label worked out with NumPy.

`original.py CHECKPOINT THREADS DTYPE` reads one JSON request per line: `image` (path), `ids` (prompt with every visual token),
`span` [start, end) of those, `grid` [H, W], `grounding` and `sink` ([{layer, heads}]), `new_tokens`, and `answer` (ids
to feed, or null: the model answers itself). It answers each with one line: `tokens` and the grounding `map` (or null).
"""

import json
import sys

import numpy as np
import torch
from PIL import Image
from transformers import LlavaForConditionalGeneration
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

SINK, FOREGROUND, BACKGROUND, LARGEST = 1e-3, 0.2, 0.1, 0.5


def head_mean(rows: dict[int, torch.Tensor], sets: list[dict]) -> np.ndarray:
    """Mean over rows and over the heads of all layers alike; `rows[layer]` is `[heads, rows, N]`."""
    chosen = [rows[s["layer"]] if s["heads"] == "all" else rows[s["layer"]][s["heads"]] for s in sets]
    return torch.cat(chosen).float().mean((0, 1)).numpy()


def label(grounding: np.ndarray, sink: np.ndarray, grid: list[int]) -> np.ndarray:
    """Foreground 1, background 0, ignore -100."""
    clean = np.where(sink < SINK, grounding, 0).reshape(grid)
    peak = clean.max()
    foreground = clean > FOREGROUND * peak
    inside = np.ones(grid, bool)
    if foreground.any():
        ys, xs = np.nonzero(foreground)
        inside[:] = False
        inside[ys.min() : ys.max() + 1, xs.min() : xs.max() + 1] = True
    labels = np.full(grid, -100)
    if inside.sum() < LARGEST * clean.size:
        labels[~inside & (clean < BACKGROUND * peak)] = 0
        labels[foreground] = 1
    return labels


@torch.inference_mode()
def answer_one(model, processor, request: dict) -> dict:
    layers = sorted({s["layer"] for s in request["grounding"] + request["sink"]})
    start, end = request["span"]
    pixels = torch.from_numpy(np.stack(processor(Image.open(request["image"]).convert("RGB"))["pixel_values"])).to(model.dtype)
    ids = torch.tensor([request["ids"]])
    prompt = ids.shape[1]
    if request["answer"] is None:
        made = model.generate(
            input_ids=ids, attention_mask=torch.ones_like(ids), pixel_values=pixels, do_sample=False,
            max_new_tokens=request["new_tokens"], eos_token_id=None, pad_token_id=0,
            output_attentions=True, return_dict_in_generate=True,
        )
        tokens = made.sequences[0, prompt:].tolist()
        steps = made.attentions[1:]
        rows = {i: torch.cat([step[i][0, :, :, start:end] for step in steps], 1) for i in layers} if steps else None
    else:
        tokens = request["answer"]
        ids = torch.cat([ids, torch.tensor([tokens])], 1)
        out = model(input_ids=ids, attention_mask=torch.ones_like(ids), pixel_values=pixels, output_attentions=True,
                    use_cache=False, logits_to_keep=1)
        rows = {i: out.attentions[i][0, :, prompt:, start:end] for i in layers}
    if rows is None:
        return {"tokens": tokens, "map": None}
    grounding = head_mean(rows, request["grounding"])
    labels = label(grounding, head_mean(rows, request["sink"]), request["grid"])
    return {"tokens": tokens, "map": grounding.tolist(), "foreground": int((labels == 1).sum())}


def main(folder: str, threads: int, dtype: str) -> None:
    torch.set_num_threads(threads)
    model = LlavaForConditionalGeneration.from_pretrained(
        folder, dtype=getattr(torch, dtype), attn_implementation="eager", local_files_only=True
    ).eval()
    processor = CLIPImageProcessorPil.from_pretrained(folder, local_files_only=True)
    print(json.dumps({"ready": torch.__version__}), flush=True)
    for line in sys.stdin:
        print(json.dumps(answer_one(model, processor, json.loads(line))), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
