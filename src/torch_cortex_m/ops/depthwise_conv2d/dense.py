"""A depthwise convolution written as a general one."""

from __future__ import annotations

import numpy as np


def dense_filters(weight: np.ndarray, depth_multiplier: int) -> np.ndarray:
    """Weights [1, KH, KW, C_out] -> [C_out, KH, KW, C_in], zero but for the one input channel that
    a filter reads."""
    filters = np.arange(weight.shape[3])
    channels = len(filters) // depth_multiplier
    dense = np.zeros((len(filters), *weight.shape[1:3], channels), weight.dtype)
    dense[filters, :, :, filters // depth_multiplier] = weight[0].transpose(2, 0, 1)
    return dense
