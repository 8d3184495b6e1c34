"""An epoch as the authors train, for `npm run bench:train`: the frozen layers run at every step.

`epoch-theirs.py CHECKPOINT MANIFEST THREADS` loads the model (transformers, fused attention), reads the manifest
(`epoch.ts`), and for the line `{"samples": n}` trains on the first n samples: pictures through the processor, vision tower
and the first K layers without gradients, the branch with them, `batch` samples a step, `device_batch` of them at once. It
answers `{"seconds", "losses": [of each device batch]}`.
"""

import copy
import json
import math
import sys
import time

import numpy as np
import torch
from PIL import Image
from torch import nn
from transformers import LlavaForConditionalGeneration
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

folder, manifest, threads = sys.argv[1], json.load(open(sys.argv[2])), int(sys.argv[3])
torch.set_num_threads(threads)
model = LlavaForConditionalGeneration.from_pretrained(folder, dtype=torch.float32, attn_implementation="sdpa", local_files_only=True).eval()
processor = CLIPImageProcessorPil.from_pretrained(folder, local_files_only=True)
k, t = manifest["k"], manifest["t"]
text = model.model.language_model
branch = nn.ModuleDict(dict(layers=nn.ModuleList(copy.deepcopy(text.layers[k + i]) for i in range(t)), norm=copy.deepcopy(text.norm)))
last = branch["layers"][-1]
del last.mlp, last.post_attention_layernorm, last.self_attn.v_proj, last.self_attn.o_proj
model.requires_grad_(False)
branch.requires_grad_(True)
# What is left of the model ends with hidden_states[K].
text.layers = text.layers[:k]
text.norm = nn.Identity()
optimiser = torch.optim.AdamW(branch.parameters(), lr=5e-5, betas=(0.9, 0.98), weight_decay=0.0)
labels = torch.from_numpy(np.fromfile(manifest["labels"], np.int8).reshape(len(manifest["samples"]), -1))


def scores(samples):
    """`[samples, N]`; prompts are of one length."""
    ids = torch.tensor([s["ids"] for s in samples])
    pixels = torch.from_numpy(np.stack([processor(Image.open(s["image"]).convert("RGB"))["pixel_values"][0] for s in samples]))
    with torch.no_grad():
        x = model.model(input_ids=ids, pixel_values=pixels, use_cache=False).last_hidden_state
    positions = torch.arange(ids.shape[1])[None]
    rotary = text.rotary_emb(x, positions)
    for layer in branch["layers"][:-1]:
        out = layer(x, attention_mask=None, position_embeddings=rotary)
        x = out[0] if isinstance(out, tuple) else out
    start, end = samples[0]["visual"]
    at = last.self_attn
    normed = lambda rows: last.input_layernorm(branch["norm"](rows))
    split = lambda rows: rows.view(len(samples), rows.shape[1], -1, at.head_dim).transpose(1, 2)
    q, key = split(at.q_proj(normed(x[:, -1:]))), split(at.k_proj(normed(x[:, start:end])))
    return (q @ key.transpose(2, 3) / math.sqrt(at.head_dim)).mean(1)[:, 0]


print(json.dumps(dict(parameters=sum(p.numel() for p in branch.parameters()))), flush=True)
for line in sys.stdin:
    count = json.loads(line)["samples"]
    start, losses = time.perf_counter(), []
    for at in range(0, count, manifest["batch"]):
        batch = range(at, min(at + manifest["batch"], count))
        for first in range(batch.start, batch.stop, manifest["device_batch"]):
            part = range(first, min(first + manifest["device_batch"], batch.stop))
            own = scores([manifest["samples"][i] for i in part])
            loss = nn.functional.binary_cross_entropy_with_logits(own, labels[part.start : part.stop].float())
            (loss * len(part) / len(batch)).backward()
            losses.append(loss.item())
        nn.utils.clip_grad_norm_(branch.parameters(), 1.0)
        optimiser.step()
        optimiser.zero_grad()
    print(json.dumps(dict(seconds=time.perf_counter() - start, losses=losses)), flush=True)
