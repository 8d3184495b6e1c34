"""Prints what NumPy reads from a .npz: {name: [dtype, shape, sum]}."""

import json
import sys

import numpy as np

arrays = np.load(sys.argv[1], allow_pickle=False)
print(json.dumps({name: [str(a.dtype), list(a.shape), float(a.sum())] for name, a in arrays.items()}))
