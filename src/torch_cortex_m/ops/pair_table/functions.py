"""The functions of two tensors of PyTorch that become tables: a new one is one more name.

Each entry is what PyTorch's own operator gives in float64 for two inputs, correctly rounded. Such a
table takes up to 64 KB of flash: what has arithmetic that is exact, too, belongs elsewhere.
"""

from __future__ import annotations

FUNCTIONS = (
    *("atan2", "div.Tensor_mode", "floor_divide", "fmod", "heaviside", "logaddexp2"),
    *("pow", "remainder"),
)
