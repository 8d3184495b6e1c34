"""What torch and transformers make of gradients: AdamW, clipping, the schedule. Writes optimiser.json beside itself.

    PYTHONPATH=<transformers 5.24> python optimiser.py

Torch's square root is not always rounded right (MKL's vector maths), Fovea's is: seeds are taken for which it was.
"""

import base64
import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import torch
import transformers
from transformers import TrainingArguments, get_cosine_schedule_with_warmup

torch.set_num_threads(1)
STEPS = 4
SETTINGS = [
    dict(lr=5e-5, betas=(0.9, 0.98), eps=1e-8, weight_decay=0.0),
    dict(lr=1e-4, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0),
    dict(lr=3e-3, betas=(0.6, 0.95), eps=1e-6, weight_decay=0.1),
    dict(lr=1e-2, betas=(0.3, 0.9), eps=1e-8, weight_decay=0.01),
]
SIZES = [1, 7, 16, 61]


def text(tensor):
    return base64.b64encode(tensor.detach().numpy().astype("<f4").tobytes()).decode()


def run(settings, seed):
    generator = torch.Generator().manual_seed(seed)
    randn = lambda n: torch.randn(n, generator=generator)
    weights = [torch.nn.Parameter(randn(n)) for n in SIZES]
    optimiser = torch.optim.AdamW(weights, **settings)
    case = dict(settings=settings, start=[text(w) for w in weights], steps=[])
    for _ in range(STEPS):
        for w in weights:
            w.grad = randn(w.numel()) * 10 ** float(randn(1))
        given = [text(w.grad) for w in weights]
        norm = torch.nn.utils.clip_grad_norm_(weights, 1.0)
        clipped = [text(w.grad) for w in weights]
        optimiser.step()
        state = [optimiser.state[w] for w in weights]
        for s in state:
            v = s["exp_avg_sq"]
            if not np.array_equal(torch.sqrt(v).numpy(), np.sqrt(v.numpy())):
                return None
        case["steps"].append(
            dict(
                given=given,
                norm=float(norm),
                clipped=clipped,
                weights=[text(w) for w in weights],
                first=[text(s["exp_avg"]) for s in state],
                second=[text(s["exp_avg_sq"]) for s in state],
            )
        )
    return case


def schedule(steps, warmup):
    optimiser = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    # The method alone: making the arguments would want packages that only a Trainer needs.
    count = TrainingArguments.get_warmup_steps(SimpleNamespace(warmup_steps=warmup), steps)
    rates = get_cosine_schedule_with_warmup(optimiser, count, steps)
    factors = []
    for _ in range(steps + 2):
        factors.append(rates.get_last_lr()[0])
        optimiser.step()
        rates.step()
    return dict(steps=steps, warmup=warmup, count=count, factors=factors)


cases = []
for settings in SETTINGS:
    seed = 0
    while (case := run(settings, seed)) is None:
        seed += 1
    cases.append(case)

out = dict(
    made_with=dict(torch=torch.__version__, transformers=transformers.__version__),
    adamw=cases,
    schedules=[schedule(s, w) for s, w in [(40, 0.03), (20, 0.0), (7, 3), (1, 0.03), (30, 0.5), (10, 1)]],
)
Path(__file__).with_suffix(".json").write_text(json.dumps(out) + "\n")
