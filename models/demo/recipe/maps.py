"""Batched teacher: greedy answers and every head's attention rows on full views (the same numbers infer.py gives one by one)."""
import numpy as np
import torch
import tokenizer as T
from infer import PREFIX
from language import SEG, layout
from model import CELLS, HEAD_DIM, causal, rope_tables, rotate, to_pixel_values
from pool import described
from scenes import full_view, make_scene, sign_cells
from dataset import LANGS, ask

VALIDATION_SEED = 5
LIMIT = 4  # answers here are at most three digits and </s>


def validation(start, count):
    """Questions about scenes of the validation photographs: (scene, text, answer, box)."""
    for i in range(start, start + count):
        scene, rng = make_scene([VALIDATION_SEED, i], "validation"), np.random.default_rng([VALIDATION_SEED, i, 2])
        at = int(rng.integers(0, len(scene.signs)))
        yield scene, ask(rng, described(scene), at, LANGS[i % 3]), scene.signs[at].code, scene.signs[at].box


def after_image(text):
    """Prompt ids after the image."""
    ids = T.prompt_ids(text)
    return ids[ids.index(T.IMAGE) + 1:]


def _prefix(llm, x):
    """Keys and values of every layer, and every hidden state, of the shared prefix (<s> user : image)."""
    cos, sin = rope_tables(torch.arange(x.shape[1]))
    kv, states = [], []
    for layer in llm.layers:
        states.append(x)
        q, k, v = layer.self_attn.heads(layer.input_layernorm(x))
        q, k = rotate(q, cos, sin).to(v.dtype), rotate(k, cos, sin).to(v.dtype)
        kv.append((k, v))
        p = ((q * HEAD_DIM ** -0.5) @ k.transpose(-1, -2) + causal(x.shape[1], q.dtype)).softmax(-1).to(v.dtype)
        y = (p @ v).transpose(1, 2).reshape(x.shape)
        x = x + layer.self_attn.o_proj(y)
        x = x + layer.mlp(layer.post_attention_layernorm(x))
    return kv, states


def _segment(llm, kv, x, mask, probs, states):
    """Hidden states of the tokens after the prefix."""
    p = kv[0][0].shape[2]
    cos, sin = rope_tables(torch.arange(p, p + x.shape[1]))
    for layer, (pk, pv) in zip(llm.layers, kv):
        states.append(x)
        q, k, v = layer.self_attn.heads(layer.input_layernorm(x))
        q, k = rotate(q, cos, sin).to(v.dtype), rotate(k, cos, sin).to(v.dtype)
        w = ((q @ torch.cat([pk, k], 2).transpose(-1, -2)).float() / HEAD_DIM ** 0.5 + mask).softmax(-1)
        probs.append(w[..., PREFIX:PREFIX + CELLS])
        y = (w.to(v.dtype) @ torch.cat([pv, v], 2)).transpose(1, 2).reshape(x.shape)
        x = x + layer.self_attn.o_proj(y)
        x = x + layer.mlp(layer.post_attention_layernorm(x))
    return x


@torch.no_grad()
def rows(model, views, after, keep_state=None):
    """{"answers": ids lists, "last_prompt" / "answer": [B, L, H, 256] (NaN without answer rows), "state", "last"}"""
    llm, b = model.model, len(views)
    ids = [list(a) for a in after]
    answers, done = [[] for _ in range(b)], [False] * b
    mask, _, prefix = layout(1, 1)
    with torch.autocast("cpu", torch.bfloat16):
        visual = llm.mm_projector(model.vision_model(to_pixel_values(torch.from_numpy(views)))).float()
        head = llm.embed_tokens(torch.tensor([T.BOS] + T.encode_words("USER:"))).expand(b, -1, -1)
        kv, prefix_states = _prefix(llm, torch.cat([head, visual], 1))
        for step in range(LIMIT + 1):
            inputs, probs, states = torch.tensor([i + [T.PAD] * (SEG - len(i)) for i in ids]), [], []
            logits = llm.logits(_segment(llm, kv, llm.embed_tokens(inputs), mask, probs, states)).float()
            if step == LIMIT or all(done):
                break
            for n in range(b):
                if not done[n]:
                    t = int(logits[n, len(ids[n]) - 1].argmax())
                    answers[n].append(t)
                    done[n] = t == T.EOS or len(answers[n]) == LIMIT
                    if not done[n]:  # the last one is never fed back
                        ids[n].append(t)
    p = torch.stack(probs, 1)  # [B, L, H, SEG, 256]
    last = torch.tensor([len(a) - 1 for a in after])
    out = {"answers": answers, "last_prompt": torch.stack([p[n, :, :, last[n]] for n in range(b)]), "last": last + prefix}
    out["answer"] = torch.stack([p[n, :, :, last[n] + 1:len(ids[n])].mean(2) for n in range(b)])
    if keep_state is not None:
        out["state"] = torch.cat([prefix_states[keep_state], states[keep_state]], 1).to(torch.float16)
    return out


def collect(model, count, start=0, batch=50):
    """Attention rows of validation questions, as numpy, and the signs' cells."""
    parts, cells = [], []
    for i in range(start, start + count, batch):
        items = list(validation(i, batch))
        r = rows(model, np.stack([full_view(s.image) for s, *_ in items]), [after_image(t) for _, t, *_ in items])
        parts.append((r["last_prompt"].numpy(), r["answer"].numpy()))
        cells += [sign_cells(s.size, box) for s, _, _, box in items]
    return {"last_prompt": np.concatenate([p[0] for p in parts]), "answer": np.concatenate([p[1] for p in parts])}, cells
