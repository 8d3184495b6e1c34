"""LLaVA-1.5's architecture in small: CLIP ViT, 2-layer GELU projector, LLaMA decoder, SD-RPN branch.

Module names give state_dict keys that map one to one onto the Hugging Face tensors (see export.py).
Plain PyTorch, no transformers.
"""
import functools
import torch
import torch.nn as nn
import torch.nn.functional as F

D, HEADS, HEAD_DIM, FFN_V, FFN_L = 128, 4, 32, 512, 384
LAYERS_V, LAYERS_L, GRID, PATCH = 5, 6, 16, 14  # features are hidden_states[-2]: the fifth ViT layer is never used
CELLS, EPS_V, EPS_L, THETA = GRID * GRID, 1e-5, 1e-5, 10000.0
MEAN = torch.tensor([0.48145466, 0.4578275, 0.40821073])
STD = torch.tensor([0.26862954, 0.26130258, 0.27577711])


def to_pixel_values(views):
    """uint8 [B,224,224,3] -> float [B,3,224,224], CLIP normalised."""
    return ((views.float() / 255 - MEAN) / STD).permute(0, 3, 1, 2).contiguous()


def rounded(state):
    """A state dict as the checkpoint stores it: every weight a float16, here in float32."""
    return {name: v.half().float() for name, v in state.items()}


def to_patches(views, at):
    """uint8 [B,224,224,3], patch indices [B,kept] -> float [B,kept,588], CLIP normalised, as a row of the patch embedding's weight reads them."""
    b = views.shape[0]
    x = views.view(b, GRID, PATCH, GRID, PATCH, 3).permute(0, 1, 3, 5, 2, 4).reshape(b, CELLS, -1)
    x = torch.gather(x, 1, at[..., None].expand(-1, -1, x.shape[-1])).view(b, at.shape[1], 3, -1)
    return ((x.float() / 255 - MEAN[:, None]) / STD[:, None]).flatten(2)


class ClipAttention(nn.Module):
    def __init__(self):
        super().__init__()
        self.q_proj, self.k_proj, self.v_proj, self.out_proj = (nn.Linear(D, D) for _ in range(4))

    def forward(self, x):
        b, s, _ = x.shape
        q, k, v = (p(x).view(b, s, HEADS, HEAD_DIM).transpose(1, 2) for p in (self.q_proj, self.k_proj, self.v_proj))
        # by hand: on a CPU several times faster than scaled_dot_product_attention at this size
        y = ((q * HEAD_DIM ** -0.5) @ k.transpose(-1, -2)).softmax(-1).to(v.dtype) @ v
        return self.out_proj(y.transpose(1, 2).reshape(b, s, D))


class ClipMlp(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(D, FFN_V), nn.Linear(FFN_V, D)

    def forward(self, x):
        x = self.fc1(x)
        return self.fc2(x * torch.sigmoid(1.702 * x))  # quick_gelu


class ClipLayer(nn.Module):
    def __init__(self):
        super().__init__()
        self.self_attn, self.mlp = ClipAttention(), ClipMlp()
        self.layer_norm1, self.layer_norm2 = nn.LayerNorm(D, EPS_V), nn.LayerNorm(D, EPS_V)

    def forward(self, x):
        x = x + self.self_attn(self.layer_norm1(x))
        return x + self.mlp(self.layer_norm2(x))


class ClipEmbeddings(nn.Module):
    def __init__(self):
        super().__init__()
        self.class_embedding = nn.Parameter(torch.randn(D) * 0.02)
        self.patch_embedding = nn.Conv2d(3, D, PATCH, PATCH, bias=False)
        self.position_embedding = nn.Embedding(CELLS + 1, D)
        nn.init.normal_(self.position_embedding.weight, std=0.02)

    def forward(self, pixels, at=None):
        """at [B, kept]: `pixels` are to_patches's of these patches alone (training)."""
        b = pixels.shape[0]
        # the stride-14 convolution as one matmul (same weights, same result)
        x = pixels if at is not None else pixels.view(b, 3, GRID, PATCH, GRID, PATCH).permute(0, 2, 4, 1, 3, 5).reshape(b, CELLS, -1)
        places = self.position_embedding.weight[1:].expand(b, CELLS, D)
        if at is not None:
            places = self.position_embedding(at + 1)
        x = F.linear(x, self.patch_embedding.weight.view(D, -1))
        x = torch.cat([self.class_embedding.expand(b, 1, D).to(x.dtype), x], 1)
        return x + torch.cat([self.position_embedding.weight[:1].expand(b, 1, D), places], 1)


class VisionModel(nn.Module):
    """CLIPVisionModel's `vision_model`; forward gives hidden_states[-2] without the class token."""

    def __init__(self):
        super().__init__()
        self.embeddings = ClipEmbeddings()
        self.pre_layrnorm = nn.LayerNorm(D, EPS_V)
        self.encoder = nn.ModuleDict({"layers": nn.ModuleList(ClipLayer() for _ in range(LAYERS_V))})
        self.post_layernorm = nn.LayerNorm(D, EPS_V)

    def forward(self, pixels, at=None):
        x = self.pre_layrnorm(self.embeddings(pixels, at))
        for layer in self.encoder["layers"][:-1]:
            x = layer(x)
        return x[:, 1:]


def projector():
    return nn.Sequential(nn.Linear(D, D), nn.GELU(), nn.Linear(D, D))


class RMSNorm(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(D))

    def forward(self, x):
        y = x.float()
        return (y * torch.rsqrt(y.pow(2).mean(-1, keepdim=True) + EPS_L)).to(x.dtype) * self.weight


@functools.cache
def causal(n, dtype):
    """Additive mask [n, n]."""
    return torch.full((n, n), float("-inf")).triu(1).to(dtype)


def rope_tables(positions):
    inv = 1.0 / THETA ** (torch.arange(0, HEAD_DIM, 2).float() / HEAD_DIM)
    f = positions.float()[..., None] * inv
    f = torch.cat([f, f], -1)
    if positions.dim() == 2:  # one row of positions per sample: room for the heads' axis
        f = f[:, None]
    return f.cos(), f.sin()


def rotate(x, cos, sin):
    half = HEAD_DIM // 2
    return x * cos + torch.cat([-x[..., half:], x[..., :half]], -1) * sin


class LlamaAttention(nn.Module):
    def __init__(self):
        super().__init__()
        self.q_proj, self.k_proj, self.v_proj, self.o_proj = (nn.Linear(D, D, bias=False) for _ in range(4))

    def heads(self, x):
        b, s, _ = x.shape
        return (p(x).view(b, s, HEADS, HEAD_DIM).transpose(1, 2) for p in (self.q_proj, self.k_proj, self.v_proj))

    def blocks(self, x, cos, sin, prefix, mask, last):
        """Training: a causal prefix, then segments whose rows see it under `mask`. last: only the segments' rows are wanted."""
        q, k, v = self.heads(x)
        cos, sin = cos.to(v.dtype), sin.to(v.dtype)
        q, k = rotate(q, cos, sin), rotate(k, cos, sin)
        scores = (q[:, :, prefix:] * HEAD_DIM ** -0.5) @ k.transpose(-1, -2) + mask.to(q.dtype)
        y = scores.softmax(-1).to(v.dtype) @ v
        if not last:
            own = ((q[:, :, :prefix] * HEAD_DIM ** -0.5) @ k[:, :, :prefix].transpose(-1, -2) + causal(prefix, q.dtype)).softmax(-1).to(v.dtype)
            y = torch.cat([own @ v[:, :, :prefix], y], 2)
        b, _, s, _ = y.shape
        return self.o_proj(y.transpose(1, 2).reshape(b, s, D))

    def forward(self, x, cos, sin, mask=None, keep=None):
        q, k, v = self.heads(x)
        q, k = rotate(q, cos, sin).to(v.dtype), rotate(k, cos, sin).to(v.dtype)
        p = ((q * HEAD_DIM ** -0.5) @ k.transpose(-1, -2) + (causal(x.shape[1], q.dtype) if mask is None else mask)).softmax(-1)
        if keep is not None:  # for maps: the probabilities [B, heads, S, S]
            keep.append(p.float())
        return self.o_proj((p.to(v.dtype) @ v).transpose(1, 2).reshape(x.shape))


class LlamaMlp(nn.Module):
    def __init__(self):
        super().__init__()
        self.gate_proj, self.up_proj = nn.Linear(D, FFN_L, bias=False), nn.Linear(D, FFN_L, bias=False)
        self.down_proj = nn.Linear(FFN_L, D, bias=False)

    def forward(self, x):
        return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))


class LlamaLayer(nn.Module):
    def __init__(self):
        super().__init__()
        self.self_attn, self.mlp = LlamaAttention(), LlamaMlp()
        self.input_layernorm, self.post_attention_layernorm = RMSNorm(), RMSNorm()

    def forward(self, x, cos, sin, mask=None, keep=None):
        x = x + self.self_attn(self.input_layernorm(x), cos, sin, mask, keep)
        return x + self.mlp(self.post_attention_layernorm(x))


class Llama(nn.Module):
    def __init__(self, vocab):
        super().__init__()
        self.embed_tokens = nn.Embedding(vocab, D)
        self.layers = nn.ModuleList(LlamaLayer() for _ in range(LAYERS_L))
        self.norm = RMSNorm()
        self.mm_projector = projector()
        self.lm_head = nn.Linear(D, vocab, bias=False)
        for name, p in self.named_parameters():
            if p.dim() == 2 and "mm_projector" not in name:
                nn.init.normal_(p, std=0.02 if "embed" in name or "lm_head" in name else D ** -0.5 * 0.7)
        for layer in self.layers:
            for w in (layer.self_attn.o_proj.weight, layer.mlp.down_proj.weight):
                w.data *= (2 * LAYERS_L) ** -0.5

    def run(self, x, positions, mask=None, stop=LAYERS_L, probs=None, states=None):
        """Layers 0..stop-1 over embeddings x. probs/states: lists to fill with attention and hidden_states."""
        cos, sin = rope_tables(positions)
        for layer in self.layers[:stop]:
            if states is not None:
                states.append(x)
            x = layer(x, cos, sin, mask, probs)
        if states is not None:
            states.append(x)
        return x

    def run_blocks(self, x, positions, prefix, mask):
        """Training: hidden states of the segments after a prefix (mask: additive, [segment rows, all])."""
        cos, sin = rope_tables(positions)
        for i, layer in enumerate(self.layers):
            last = i == LAYERS_L - 1
            y = layer.self_attn.blocks(layer.input_layernorm(x), cos, sin, prefix, mask, last)
            x = (x[:, prefix:] if last else x) + y
            x = x + layer.mlp(layer.post_attention_layernorm(x))
        return x

    def logits(self, x):
        return self.lm_head(self.norm(x))


class Rpn(nn.Module):
    """SD-RPN branch: T layers from hidden_states[K]; the last one only scores query x visual keys, no RoPE."""

    def __init__(self, llama, k, t):
        super().__init__()
        import copy
        self.k, self.t = k, t
        self.twig_layers = nn.ModuleList(copy.deepcopy(llama.layers[k + i]) for i in range(t))
        self.twig_norm = copy.deepcopy(llama.norm)

    def forward(self, x, positions, visual):
        """x: hidden_states[K] of the prompt [B, S, D]; visual: slice of the original visual tokens; -> logits [B, cells]."""
        cos, sin = rope_tables(positions)
        for layer in self.twig_layers[:-1]:
            x = layer(x, cos, sin)
        last = self.twig_layers[-1]
        x = last.input_layernorm(self.twig_norm(x))
        b = x.shape[0]
        q = last.self_attn.q_proj(x[:, -1:]).view(b, 1, HEADS, HEAD_DIM).transpose(1, 2)
        k = last.self_attn.k_proj(x[:, visual]).view(b, -1, HEADS, HEAD_DIM).transpose(1, 2)
        return (q @ k.transpose(-1, -2) / HEAD_DIM ** 0.5).mean(1)[:, 0]


class Fovea(nn.Module):
    def __init__(self, vocab):
        super().__init__()
        self.vision_model = VisionModel()
        self.model = Llama(vocab)

    def visual(self, views):
        """Projected visual tokens [B, 256, D] of uint8 views."""
        return self.model.mm_projector(self.vision_model(to_pixel_values(views)))
