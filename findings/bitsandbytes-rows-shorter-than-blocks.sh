#!/bin/sh
# bitsandbytes (with torch) on the CPU: dequantize_4bit of a matrix whose rows are no whole number of blocks (96 wide,
# blocks of 64) uses wrong scales: its own nibbles, code and absmax, multiplied out by the flat index of a value, are up
# to four times nearer the original.
# Fovea: multiplies them out by the flat index, which is what quantize_4bit wrote.
. "$(dirname "$0")/common.sh"
venv py bitsandbytes==0.50.2 torch numpy
cat >"$work/run.py" <<'P'
import torch
from bitsandbytes.functional import dequantize_4bit, quantize_4bit

torch.manual_seed(0)
seen = []
for shape in ((64, 128), (64, 96)):
    weights = torch.randn(*shape)
    packed, state = quantize_4bit(weights, blocksize=64, quant_type="nf4")
    bytes_ = packed.flatten().long()
    nibbles = torch.stack([bytes_ >> 4, bytes_ & 15], 1).flatten()
    by_hand = (state.code[nibbles] * state.absmax[torch.arange(weights.numel()) // 64]).reshape(shape)
    back = dequantize_4bit(packed, state)
    print("%dx%d: off by %.2f, by hand %.2f" % (*shape, (back - weights).abs().max(), (by_hand - weights).abs().max()))
    seen.append("as by hand" if torch.allclose(back, by_hand, atol=1e-6) else "otherwise")
print("128 wide %s, 96 wide %s" % tuple(seen))
P
"$work/py/bin/python" "$work/run.py" >"$work/out" 2>/dev/null
seen=$(tail -1 "$work/out")
finding 'bitsandbytes 0.50.2' 'dequantize_4bit (nf4, blocks of 64) of rows of 128 and 96, against code[nibble] * absmax[i // 64]' \
  '128 wide as by hand, 96 wide as by hand' "$seen"
head -2 "$work/out" | sed 's/^/          /'
still "$seen" '128 wide as by hand, 96 wide otherwise'
