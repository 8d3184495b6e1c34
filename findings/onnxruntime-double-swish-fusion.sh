#!/bin/sh
# ONNX Runtime on the CPU: x * Sigmoid(x) in float64 runs with graph optimizations off and cannot be loaded with the
# default ones: they fuse it into QuickGelu (com.microsoft), which has no float64 kernel.
# Fovea: runs its graphs in float32, for which there is one.
. "$(dirname "$0")/common.sh"
venv py onnxruntime==1.30.0 onnx==1.20.0 numpy
cat >"$work/run.py" <<'P'
import numpy as np
import onnxruntime as ort
from onnx import TensorProto as T, helper as h

graph = h.make_graph(
    [h.make_node("Sigmoid", ["x"], ["s"]), h.make_node("Mul", ["x", "s"], ["y"])],
    "swish",
    [h.make_tensor_value_info("x", T.DOUBLE, [3])],
    [h.make_tensor_value_info("y", T.DOUBLE, [3])],
)
model = h.make_model(graph, opset_imports=[h.make_opsetid("", 17)], ir_version=8).SerializeToString()
x = np.array([-1.0, 0.5, 2.0])
seen = []
for level in (ort.GraphOptimizationLevel.ORT_DISABLE_ALL, ort.GraphOptimizationLevel.ORT_ENABLE_ALL):
    options = ort.SessionOptions()
    options.graph_optimization_level = level
    options.log_severity_level = 4
    try:
        (y,) = ort.InferenceSession(model, options, providers=["CPUExecutionProvider"]).run(None, {"x": x})
        seen.append("right" if np.allclose(y, x / (1 + np.exp(-x)), rtol=1e-15) else "wrong")
    except Exception as error:
        print(type(error).__name__, str(error)[:160])
        seen.append("QuickGelu not implemented" if "QuickGelu" in str(error) else "another error")
print("off: %s, default: %s" % tuple(seen))
P
"$work/py/bin/python" "$work/run.py" >"$work/out" 2>/dev/null
seen=$(tail -1 "$work/out")
finding 'onnxruntime 1.30.0' 'y = x * Sigmoid(x) in float64, graph optimizations off and as they are by default' \
  'off: right, default: right' "$seen"
sed '$d' "$work/out" | sed 's/^/          /'
still "$seen" 'off: right, default: QuickGelu not implemented'
