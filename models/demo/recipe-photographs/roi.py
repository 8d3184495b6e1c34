"""From a map to a crop box: SD-RPN's LLaVA rules (blur, threshold, components, grown boxes, source pixels)."""
import numpy as np
from scenes import GRID, SIDE

K1 = np.exp(-0.5 * np.array([1.0, 0.0, 1.0]))
K1 = (K1 / K1.sum()).astype(np.float32)


def blur(m):
    """3x3 Gaussian, sigma 1, reflect padding."""
    p = np.pad(np.asarray(m, np.float32), 1, mode="reflect")
    k = np.outer(K1, K1).astype(np.float32)
    h, w = m.shape
    return sum(k[i, j] * p[i:i + h, j:j + w] for i in range(3) for j in range(3))


def components(mask):
    """8-connected components as lists of (row, column)."""
    left, out = mask.copy(), []
    for r, c in zip(*np.nonzero(mask)):
        if not left[r, c]:
            continue
        left[r, c], stack, cells = False, [(r, c)], []
        while stack:
            y, x = stack.pop()
            cells.append((y, x))
            for yy in range(max(0, y - 1), min(mask.shape[0], y + 2)):
                for xx in range(max(0, x - 1), min(mask.shape[1], x + 2)):
                    if left[yy, xx]:
                        left[yy, xx] = False
                        stack.append((yy, xx))
        out.append(cells)
    return out


def component_boxes(mask, min_area=4, max_area=None):
    h, w = mask.shape
    max_area = max_area or round(225 / 576 * h * w)
    boxes = []
    for cells in components(mask):
        n = len(cells)
        if n == 1 or n > max_area:
            continue
        ys, xs = [c[0] for c in cells], [c[1] for c in cells]
        x0, y0, x1, y1 = min(xs), min(ys), max(xs) + 1, max(ys) + 1
        if n < min_area:
            cx, cy, sx, sy = (x0 + x1) / 2, (y0 + y1) / 2, max(3, x1 - x0 + 1), max(3, y1 - y0 + 1)
            x0, x1 = max(0, int(cx - sx / 2)), min(w - 1, int(cx + sx / 2))
            y0, y1 = max(0, int(cy - sy / 2)), min(h - 1, int(cy + sy / 2))
        boxes.append((x0, y0, x1, y1))
    return boxes


def to_source(box, size_wh, grid=GRID, side=SIDE):
    f = np.float32
    w, h = size_wh
    ratio = f(side) / f(max(w, h))
    px, py = f(side - int(f(w) * ratio)) / f(2), f(side - int(f(h) * ratio)) / f(2)
    cell = f(side) / f(grid)
    x0, x1 = ((f(v) * cell - px) / ratio for v in (box[0], box[2]))
    y0, y1 = ((f(v) * cell - py) / ratio for v in (box[1], box[3]))
    clip = lambda v, m: int(min(max(v, f(0)), f(m)))
    return (clip(x0, w), clip(y0, h), clip(x1, w), clip(y1, h))


def roi(prob, threshold, size_wh, form="mask"):
    """(source box, keep mask of the crop's tokens or None) or (None, None) when there is no second stage."""
    smooth = blur(prob)
    mask = smooth > (threshold if threshold >= 0 else -threshold * smooth.max())
    boxes = component_boxes(mask)
    keep = None
    if not boxes or (form == "bbox" and len(boxes) > 2):
        return None, None
    if len(boxes) == 1:
        box = boxes[0]
    elif form == "mask":
        ys, xs = np.nonzero(mask)
        box = (xs.min(), ys.min(), xs.max() + 1, ys.max() + 1)
        part = mask[box[1]:box[3], box[0]:box[2]].astype(np.float32)
        keep = resize_bilinear(part, GRID, GRID) > 0.5
    else:
        return None, None  # two boxes: two crops; the demo's preset uses "mask"
    src = to_source(box, size_wh)
    if src[2] <= src[0] or src[3] <= src[1]:
        return None, None
    return src, keep


def resize_bilinear(m, h, w):
    """torch's bilinear, align_corners=False."""
    import torch
    return torch.nn.functional.interpolate(torch.from_numpy(m)[None, None], (h, w), mode="bilinear", align_corners=False)[0, 0].numpy()
