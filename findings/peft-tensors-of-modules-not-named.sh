#!/bin/sh
# PEFT (with torch): an adapter whose adapter_config.json excludes one of the modules it has tensors for. from_pretrained
# leaves those tensors out without a warning, though it warns of tensors that are missing; the model computes something else.
# Fovea: every tensor of an adapter's file finds its place, or the adapter is refused by that tensor's name.
. "$(dirname "$0")/common.sh"
venv py peft==0.21.2 transformers==5.24.0 torch
cat >"$work/run.py" <<'P'
import json, os, sys, warnings
import torch
from peft import LoraConfig, PeftModel, get_peft_model
from torch import nn


class Two(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(4, 4, bias=False), nn.Linear(4, 4, bias=False)
        nn.init.eye_(self.a.weight), nn.init.eye_(self.b.weight)

    def forward(self, x):
        return self.b(self.a(x))


folder, ones = sys.argv[1], torch.ones(1, 4)
trained = get_peft_model(Two(), LoraConfig(r=1, lora_alpha=1, target_modules=["a", "b"]))
for name, weight in trained.named_parameters():
    if "lora_" in name:
        nn.init.ones_(weight)
trained.save_pretrained(folder)
path = os.path.join(folder, "adapter_config.json")
with open(path) as file:
    config = json.load(file)
with warnings.catch_warnings(record=True) as warned, torch.no_grad():
    warnings.simplefilter("always")
    whole = PeftModel.from_pretrained(Two(), folder)(ones)[0, 0].item()
    with open(path, "w") as file:
        json.dump({**config, "exclude_modules": ["b"]}, file)
    part = PeftModel.from_pretrained(Two(), folder)(ones)[0, 0].item()
print("%g and %g, %d warnings" % (whole, part, len(warned)))
P
seen=$("$work/py/bin/python" "$work/run.py" "$work/adapter" 2>/dev/null | tail -1)
finding 'PEFT 0.21.2' 'output with an adapter on two layers, and with one of them in exclude_modules' \
  '25 and a warning or an error that names the tensors left out' "$seen"
still "$seen" '25 and 5, 0 warnings'
