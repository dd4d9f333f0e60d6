"""svdf on cores with the DSP extension (Cortex-M4, M7, M33)."""

from __future__ import annotations

import numpy as np

from ..base import Kernel, Layer
from ..packing.gates_dsp import column_words, vector_form, vector_stream
from .packing import features, has_constant_weights, is_plain, is_wide, padded_times, unit_bias

FILTERS = 16
"""As in csrc/dsp/tcm_dsp_svdf.h."""


def _pack(layer: Layer) -> dict[str, np.ndarray]:
    return {
        "feature_stream": vector_stream(features(layer)),
        "time_weight": padded_times(layer, 2 if is_wide(layer) else 4),
        "unit_bias": unit_bias(layer),
    }


def _constants(layer: Layer) -> dict[str, int | float]:
    product = features(layer)
    return {
        "feature_form": vector_form(product),
        "feature_is_plain": int(product.is_plain()),
        "output_is_plain": int(is_plain(layer)),
    }


def _scratch(layer: Layer) -> int:
    """The sums of some filters, and a column."""
    return 4 * (FILTERS + column_words(layer.types["feature_weight"].shape[1]))


def _kernel(name: str, wide: bool) -> Kernel:
    return Kernel(
        name,
        needs=frozenset({"dsp"}),
        applies=lambda layer: is_wide(layer) == wide and has_constant_weights(layer),
        pack=_pack,
        constants=_constants,
        scratch_bytes=_scratch,
    )


DSP_KERNELS = [
    _kernel("svdf_s8__filters_dsp", wide=False),
    _kernel("svdf_s8_s16__filters_dsp", wide=True),
]
