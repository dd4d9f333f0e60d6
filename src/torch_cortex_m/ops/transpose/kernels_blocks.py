"""transpose by blocks of matrices, for cores with the DSP extension and for MVE."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..base import Kernel, Layer
from ..rules.checks import MAX_RANK
from ..rules.strides import row_major_strides

OUTER = MAX_RANK - 2
"""Loops around the matrices."""

WORD, LANES = 4, 16


@dataclass(frozen=True)
class Loop:
    """A dimension of the output, where those that stay together are one."""

    size: int
    input_stride: int
    output_stride: int


def _loops(layer: Layer) -> list[Loop]:
    values = layer.op.constants(layer.types)
    sizes = [int(values[f"size_{level}"]) for level in range(MAX_RANK)]
    strides = [int(values[f"input_stride_{level}"]) for level in range(MAX_RANK)]
    return [Loop(*each) for each in zip(sizes, strides, row_major_strides(sizes), strict=True)]


def _rows(loops: list[Loop]) -> Loop | None:
    """The loop whose elements are neighbours in the input, if those of the last one are not."""
    found = [loop for loop in loops[:-1] if loop.input_stride == 1 and loop.size > 1]
    return found[0] if found and loops[-1].input_stride != 1 else None


def _has_blocks(least_rows: int) -> Callable[[Layer], bool]:
    def applies(layer: Layer) -> bool:
        loops = _loops(layer)
        rows = _rows(loops)
        return rows is not None and rows.size >= least_rows and loops[-1].size >= WORD

    return applies


def _constants(layer: Layer) -> dict[str, int | float]:
    loops = _loops(layer)
    rows, columns = _rows(loops), loops[-1]
    assert rows is not None
    outer = [loop for loop in loops if loop not in (rows, columns)]
    outer = [Loop(1, 0, 0)] * (OUTER - len(outer)) + outer
    values = {
        "rows": rows.size,
        "columns": columns.size,
        "column_stride": columns.input_stride,
        "row_stride": rows.output_stride,
    }
    for level, loop in enumerate(outer):
        values |= {
            f"outer_size_{level}": loop.size,
            f"outer_input_stride_{level}": loop.input_stride,
            f"outer_output_stride_{level}": loop.output_stride,
        }
    return dict(values)


BLOCK_KERNELS = [
    Kernel(
        "transpose_s8__blocks_dsp",
        needs=frozenset({"dsp"}),
        applies=_has_blocks(WORD),
        constants=_constants,
    ),
    Kernel(
        "transpose_s8__blocks_mve",
        needs=frozenset({"mve"}),
        applies=_has_blocks(LANES),
        constants=_constants,
    ),
]
