"""Operators' references on NumPy arrays."""

from __future__ import annotations

import math

import numpy as np
import torch
import torch.ao.quantization.fx._decomposed  # registers torch.ops.quantized_decomposed

from torch_cortex_m.ops import part


def reference(op, *tensors: np.ndarray) -> np.ndarray:
    """The operator's reference on NumPy arrays."""
    module = part(op.name, "reference")
    assert module is not None
    return module.reference(op, *(torch.from_numpy(tensor) for tensor in tensors)).numpy()


def counting(shape: tuple[int, ...]) -> np.ndarray:
    """int8 data in which neighbours differ."""
    return (np.arange(math.prod(shape)) * 7 % 256 - 128).astype(np.int8).reshape(shape)
