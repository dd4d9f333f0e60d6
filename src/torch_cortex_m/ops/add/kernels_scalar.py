"""add on cores without SIMD (Cortex-M0, M0+, M3): a linear form of the two operands."""

from __future__ import annotations

from ..base import Kernel, Layer
from ..rules.broadcasting import operands_not_broadcast
from .kernels_mve import linear_form


def _applies(layer: Layer) -> bool:
    return linear_form(layer.op) is not None


def _constants(layer: Layer) -> dict[str, int | float]:
    form = linear_form(layer.op)
    assert form is not None
    return {
        "input_factor": form.input_factor,
        "other_factor": form.other_factor,
        "addend": form.addend,
        "common_shift": form.shift,
    }


LINEAR = Kernel(
    "add_s8__linear_scalar",
    applies=_applies,
    constants=_constants,
    in_place=operands_not_broadcast,
)

SCALAR_KERNELS = [LINEAR]
