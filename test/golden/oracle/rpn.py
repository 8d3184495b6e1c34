"""SD-RPN's branch, transcribed from METHOD §3 on top of transformers' own decoder layers.

hidden_states[K] runs through T-1 ordinary layers; the last one gives only query-key scores between the last prompt
token and the visual tokens. LLaVA: `twig_norm` first and no rotary positions. Qwen: no `twig_norm`, biases, each
token's own M-RoPE position, key/value heads repeated.
"""

import torch
from torch import nn


class Branch(nn.Module):
    """T decoder layers and the norm, under the names the published checkpoints use."""

    def __init__(self, layer_type, norm_type, config, t: int):
        super().__init__()
        self.twig_layers = nn.ModuleList([layer_type(config, layer_idx=i) for i in range(t)])
        self.twig_norm = norm_type(config.hidden_size, eps=config.rms_norm_eps)


@torch.no_grad()
def rpn_logits(branch: Branch, config, hidden, position_embeddings, span, rotary, norm: bool, multi_head: bool, first=-1):
    """`hidden [S, d]` → `[N]`. `rotary` is the family's apply_rotary_pos_emb, or None for LLaVA.

    With `first`, the queries are that prompt token and all after it: the largest score of each visual token `[N]`.
    """
    x = hidden[None]
    length = x.shape[1]
    causal = torch.full((length, length), torch.finfo(torch.float32).min).triu(1)[None, None]
    for layer in branch.twig_layers[:-1]:
        x = layer(x, attention_mask=causal, position_embeddings=position_embeddings, use_cache=False)
        x = x[0] if isinstance(x, tuple) else x
    last = branch.twig_layers[-1]
    x = last.input_layernorm(branch.twig_norm(x) if norm else x)
    heads, groups = config.num_attention_heads, config.num_key_value_heads
    size = config.hidden_size // heads
    q = last.self_attn.q_proj(x).view(1, length, heads, size).transpose(1, 2)
    k = last.self_attn.k_proj(x).view(1, length, groups, size).transpose(1, 2)
    if rotary is not None:
        q, k = rotary(q, k, *position_embeddings)
    k = k.repeat_interleave(heads // groups, dim=1)
    start, end = span
    scores = (q[:, :, first:, None] * k[:, :, None, start:end]).sum(-1)[0]  # [heads, Q, N]
    return (scores.mean(0) / size**0.5 if multi_head else scores.sum(0)).amax(0)
