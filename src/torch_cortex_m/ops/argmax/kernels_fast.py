"""argmax of rows for cores with the DSP extension and for MVE."""

from __future__ import annotations

from collections.abc import Callable

from ..base import Kernel, Layer


def _is_of_rows(wide: bool) -> Callable[[Layer], bool]:
    """int64 places, or int32 ones."""

    def applies(layer: Layer) -> bool:
        return layer.types["input"].shape[2] == 1 and layer.op.wide == wide

    return applies


FAST_KERNELS = [
    Kernel(f"argmax_{dtypes}__{strategy}", needs=frozenset({needs}), applies=_is_of_rows(wide))
    for strategy, needs in (("words_dsp", "dsp"), ("rows_mve", "mve"))
    for dtypes, wide in (("s8", False), ("s8_s64", True))
]
