"""The RPN branch in PyTorch, on transformers' own decoder layers; only how METHOD §3 puts them together is written here.

`Branch.scores(hidden)` gives the logits of one prompt: `hidden` `[length, d]` through the first T − 1 layers, then query
and keys of the last one. Of that one only norm, q_proj and k_proj exist.
"""

import math

import torch
from torch import nn
from transformers import LlamaConfig, Qwen2_5_VLConfig
from transformers.models.llama.modeling_llama import LlamaDecoderLayer, LlamaRMSNorm, LlamaRotaryEmbedding
from transformers.models.qwen2_5_vl import modeling_qwen2_5_vl as qwen


def causal(length):
    mask = torch.full((length, length), torch.finfo(torch.float32).min)
    return torch.triu(mask, diagonal=1)[None, None]


class Branch(nn.Module):
    """`shape`: hidden, inner, heads, kv_heads, t. `attention`: transformers' name of how it is computed."""

    def __init__(self, family, shape, attention="eager"):
        super().__init__()
        self.family = family
        # Their fused attention masks by itself when it is given no mask.
        self.masked = attention == "eager"
        common = dict(
            hidden_size=shape["hidden"],
            intermediate_size=shape["inner"],
            num_attention_heads=shape["heads"],
            num_key_value_heads=shape["kv_heads"],
            num_hidden_layers=shape["t"],
            vocab_size=8,
            max_position_embeddings=4096,
        )
        if family == "llava":
            self.config = LlamaConfig(**common, attn_implementation=attention)
            layer, self.rotary = LlamaDecoderLayer, LlamaRotaryEmbedding(self.config)
        else:
            half = shape["hidden"] // shape["heads"] // 2
            section = [half - 2 * (half * 3 // 8), half * 3 // 8, half * 3 // 8]
            rope = {"rope_type": "default", "rope_theta": 1e6, "mrope_section": section}
            whole = Qwen2_5_VLConfig(text_config={**common, "rope_parameters": rope})
            whole._attn_implementation = attention
            self.whole, self.config = whole, whole.text_config
            self.config._attn_implementation = attention
            layer, self.rotary = qwen.Qwen2_5_VLDecoderLayer, qwen.Qwen2_5_VLRotaryEmbedding(self.config)
        self.twig_layers = nn.ModuleList(layer(self.config, i) for i in range(shape["t"]))
        last = self.twig_layers[-1]
        del last.mlp, last.post_attention_layernorm, last.self_attn.v_proj, last.self_attn.o_proj
        if family == "llava":
            self.twig_norm = LlamaRMSNorm(shape["hidden"], eps=self.config.rms_norm_eps)

    def positions(self, length, visual, grid):
        """Position ids as each model makes them for a prompt with one picture."""
        if self.family == "llava":
            return torch.arange(length)[None]
        model = qwen.Qwen2_5_VLModel.__new__(qwen.Qwen2_5_VLModel)
        nn.Module.__init__(model)
        model.config = self.whole
        kinds = torch.zeros(1, length, dtype=torch.int)
        kinds[:, visual[0] : visual[1]] = 1
        merge = self.whole.vision_config.spatial_merge_size
        ids = torch.where(kinds == 1, self.whole.image_token_id, 1).long()
        thw = torch.tensor([[1, grid[0] * merge, grid[1] * merge]])
        return model.get_rope_index(ids, mm_token_type_ids=kinds, image_grid_thw=thw)[0]

    def map(self, hidden, visual, grid):
        """Scores of every head, `[heads, N]`."""
        length = hidden.shape[0]
        x = hidden[None]
        positions = self.positions(length, visual, grid)
        cos, sin = self.rotary(x, positions)
        mask = causal(length) if self.masked else None
        for layer in self.twig_layers[:-1]:
            out = layer(x, attention_mask=mask, position_embeddings=(cos, sin))
            x = out[0] if isinstance(out, tuple) else out
        last = self.twig_layers[-1]
        at = last.self_attn
        split = lambda rows: rows.view(1, rows.shape[1], -1, at.head_dim).transpose(1, 2)
        if self.family == "llava":
            normed = lambda rows: last.input_layernorm(self.twig_norm(rows))
            q = split(at.q_proj(normed(x[:, -1:])))
            k = split(at.k_proj(normed(x[:, visual[0] : visual[1]])))
        else:
            normed = last.input_layernorm(x)
            q, k = qwen.apply_rotary_pos_emb(split(at.q_proj(normed)), split(at.k_proj(normed)), cos, sin)
            q, k = q[:, :, -1:], k[:, :, visual[0] : visual[1]]
        k = qwen.repeat_kv(k, q.shape[1] // k.shape[1])
        return (q @ k.transpose(2, 3) / math.sqrt(at.head_dim))[0, :, 0]

    def scores(self, hidden, visual, grid):
        return self.map(hidden, visual, grid).mean(0)

    def settings(self):
        """What Fovea's config of such a model says."""
        c = self.config
        rope = c.rope_parameters
        return dict(
            hiddenSize=c.hidden_size,
            intermediateSize=c.intermediate_size,
            heads=c.num_attention_heads,
            kvHeads=c.num_key_value_heads,
            headDim=self.twig_layers[0].self_attn.head_dim,
            rmsNormEps=c.rms_norm_eps,
            ropeTheta=rope["rope_theta"],
            **({} if self.family == "llava" else dict(qkvBias=True, mropeSection=rope["mrope_section"])),
        )
