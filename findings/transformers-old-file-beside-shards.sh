#!/bin/sh
# transformers (with torch): a model saved whole and later, after training, in shards into the same folder.
# save_pretrained leaves the old model.safetensors where it is and from_pretrained takes that one, so the weights from
# before training come back, without a warning.
# Fovea: reads the same file, and `fovea model check` says that newer shards lie beside it.
. "$(dirname "$0")/common.sh"
venv py transformers==5.24.0 torch
cat >"$work/run.py" <<'P'
import sys, torch
from transformers import LlamaConfig, LlamaForCausalLM

sizes = dict(vocab_size=64, hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=2)
model = LlamaForCausalLM(LlamaConfig(**sizes))
with torch.no_grad():
    model.lm_head.weight.fill_(1.0)
    model.save_pretrained(sys.argv[1])
    model.lm_head.weight.fill_(2.0)
    model.save_pretrained(sys.argv[1], max_shard_size="20KB")
    print("%.1f" % LlamaForCausalLM.from_pretrained(sys.argv[1]).lm_head.weight.mean().item())
P
seen=$("$work/py/bin/python" "$work/run.py" "$work/model" 2>/dev/null)
finding 'transformers 5.24.0' 'weight saved whole as 1.0, then in shards as 2.0, and loaded' 2.0 "$seen"
still "$seen" 1.0
