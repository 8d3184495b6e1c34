"""PyTorch's own training step, for `npm run bench:train`: `step-theirs.py WEIGHTS SAMPLE THREADS SHAPE` builds the branch of the
first file (transformers' layers, fused attention; of the last layer only norm, q and k), says how many numbers it trains,
and for each line `{"visual", "grid"}` that it reads makes one step of the sample in the second file. It answers
`{"loss", "seconds": [forward and backward, clipping and AdamW]}`.
"""

import json
import sys
import time
from pathlib import Path

import torch
from safetensors.torch import load_file

sys.path.insert(0, str(Path(__file__).parents[2] / "golden/oracle/training"))
from branches import Branch  # noqa: E402

path, sample, threads, shape = sys.argv[1], load_file(sys.argv[2]), int(sys.argv[3]), json.loads(sys.argv[4])
torch.set_num_threads(threads)
branch = Branch("qwen", shape, attention="sdpa")
weights = load_file(path)
missing = branch.load_state_dict({k.removeprefix("model."): v for k, v in weights.items()}, strict=False).missing_keys
assert not missing, missing
del weights
optimiser = torch.optim.AdamW(branch.parameters(), lr=1e-4, betas=(0.9, 0.999), weight_decay=0.0)
print(json.dumps(dict(parameters=sum(p.numel() for p in branch.parameters()))), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    start = time.perf_counter()
    scores = branch.scores(sample["hidden"], request["visual"], request["grid"])
    loss = torch.nn.functional.binary_cross_entropy_with_logits(scores, sample["labels"].float())
    loss.backward()
    middle = time.perf_counter()
    torch.nn.utils.clip_grad_norm_(branch.parameters(), 1.0)
    optimiser.step()
    optimiser.zero_grad()
    end = time.perf_counter()
    print(json.dumps(dict(loss=loss.item(), seconds=[middle - start, end - middle])), flush=True)
