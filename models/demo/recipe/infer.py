"""Inference as the app does it: prompt, maps, labels, RPN prediction, second stage. fp32, one sample at a time."""
import numpy as np
import torch
from PIL import Image
import tokenizer
from model import CELLS, GRID, LAYERS_L
from roi import roi
from scenes import crop_view, full_view

PREFIX = 3  # <s> user :
VISUAL = slice(PREFIX, PREFIX + CELLS)


class Runner:
    def __init__(self, model, rpn=None, preset=None):
        self.model, self.llm, self.rpn, self.preset = model.eval(), model.model, rpn, preset

    @torch.no_grad()
    def visual(self, *views):
        return self.model.visual(torch.from_numpy(np.stack(views)))

    @torch.no_grad()
    def embed(self, tokens, ids):
        """tokens: visual tokens [n, D]; ids with one <image>; -> [1, S, D]."""
        at = ids.index(tokenizer.IMAGE)
        e = self.llm.embed_tokens(torch.tensor(ids))
        return torch.cat([e[:at], tokens, e[at + 1:]])[None]

    @torch.no_grad()
    def run(self, x, probs=None, states=None, stop=LAYERS_L):
        return self.llm.run(x, torch.arange(x.shape[1]), None, stop, probs, states)

    @torch.no_grad()
    def greedy(self, tokens, question, limit=16):
        """Answer ids (EOS included when reached)."""
        ids, out = tokenizer.prompt_ids(question), []
        while len(out) < limit:
            logits = self.llm.logits(self.run(self.embed(tokens, ids + out))[:, -1])
            out.append(int(logits.argmax()))
            if out[-1] == tokenizer.EOS:
                break
        return out

    @torch.no_grad()
    def right(self, tokens, question, answer):
        """Would greedy decoding give exactly this answer? One teacher-forced pass tells."""
        ids, target = tokenizer.prompt_ids(question), tokenizer.encode_words(answer) + [tokenizer.EOS]
        out = self.llm.logits(self.run(self.embed(tokens, ids + target[:-1]))[:, -len(target):])[0]
        return out.argmax(-1).tolist() == target

    @torch.no_grad()
    def attention(self, tokens, question, answer_ids):
        """All heads' rows to the visual cells: {"last_prompt": [L,H,256], "answer": [L,H,256] or None, "hidden_k": ...}.

        Answer rows are y1..y(n-1): every answer token that is fed back (all but EOS), averaged.
        """
        ids = tokenizer.prompt_ids(question)
        fed = [t for t in answer_ids if t != tokenizer.EOS]
        probs = []
        x = self.embed(tokens, ids + fed)
        self.run(x, probs)
        first = len(ids) - 1 + CELLS
        p = torch.stack(probs)[:, 0, :, :, PREFIX:PREFIX + CELLS]
        return {"last_prompt": p[:, :, first - 1].numpy(), "answer": p[:, :, first:].mean(2).numpy() if fed else None}

    def maps(self, rows):
        """(grounding, sink) float16-quantised maps [16,16] of attention rows [L,H,256] under the preset."""
        pick = lambda groups: np.mean([rows[g["layer"], h] for g in groups for h in g["heads"]], 0)
        quantise = lambda m: m.astype(np.float16).astype(np.float32).reshape(GRID, GRID)
        sink = self.preset["sink"]
        return quantise(pick(self.preset["grounding"])), quantise(pick(sink)) if sink else None

    def denoise(self, g, s):
        return g if s is None else np.where(s < self.preset["labels"]["sinkThresh"], g, 0)

    @torch.no_grad()
    def rpn_logits(self, tokens, question):
        x = self.embed(tokens, tokenizer.prompt_ids(question))
        x = self.run(x, stop=self.rpn.k)
        return self.rpn(x, torch.arange(x.shape[1]), VISUAL)[0]

    def second_stage(self, image, tokens, box, keep=None):
        """Visual tokens with the crop's appended right after them."""
        crop = self.visual(crop_view(image, box))[0]
        if keep is not None:
            crop = crop[torch.from_numpy(keep.reshape(-1))]
        return torch.cat([tokens, crop])

    def roi_of_map(self, m, size, relative):
        """Box of a map under the preset's one rule; attention maps are divided by their maximum first."""
        m = m / max(float(m.max()), 1e-12) if relative else m
        return roi(m, self.preset["roi"]["threshold"], size, self.preset["roi"]["form"])


def load_image(path):
    return Image.open(path).convert("RGB")


def auc(scores, truth):
    """ROC-AUC with ties counted half."""
    s, t = np.asarray(scores, np.float64).ravel(), np.asarray(truth, bool).ravel()
    up, p = np.sort(s), t.sum()
    ranks = (np.searchsorted(up, s[t]) + np.searchsorted(up, s[t], "right") + 1) / 2
    return (ranks.sum() - p * (p + 1) / 2) / (p * (len(t) - p))
