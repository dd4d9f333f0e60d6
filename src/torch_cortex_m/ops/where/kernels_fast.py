"""where for cores with the DSP extension and for MVE; the innermost loop always steps by one
element or repeats one."""

from __future__ import annotations

from ..base import Kernel, Layer


def as_large_as_the_output(layer: Layer) -> tuple[str, ...]:
    """One as large as the output is read once, at the place that is written."""
    return tuple(n for n in layer.types if layer.types[n].elements == layer.output.elements)


FAST_KERNELS = [
    Kernel("where_bytes__words_dsp", needs=frozenset({"dsp"}), in_place=as_large_as_the_output),
    Kernel("where_bytes__rows_mve", needs=frozenset({"mve"}), in_place=as_large_as_the_output),
]
