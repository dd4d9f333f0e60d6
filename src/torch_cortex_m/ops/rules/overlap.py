"""How far reading runs ahead of writing, in kernels that walk over their output in order.

Each function gives the smallest distance at which the output may begin before the input (see
``ir.artifacts.Overlap``): what a step writes must not reach what this or a later step reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from ...ir.artifacts import Overlap
from ..base import Layer


def largest_lead(steps: Iterable[tuple[int, int]], input_bytes: int) -> int:
    """steps: (end of what was written after a step, begin of what is read from its first write on).
    Where nothing is read any more, the output may lie anywhere."""
    leads = [written - read for written, read in steps if read < input_bytes]
    return max(leads, default=-input_bytes)


def places_in_order(
    layer: Layer,
    starts: tuple[Sequence[int], Sequence[int]],
    *,
    at_a_time: int = 1,
    reads_first: bool = False,
    again: int = 0,
) -> int:
    """The distance of a kernel that computes places of an NHWC output in order, ``at_a_time`` of
    them in a step and the rest one by one, each of them whole.

    starts: for rows and for columns of the output, where its window begins. reads_first: whether a
    step reads all that it needs before it writes. again: places before a step for which it may read
    again.
    """
    batches, height, width, channels = layer.types["input"].shape
    rows, columns = (np.maximum(np.asarray(each), 0) for each in starts)
    image = (rows[:, None] * width + np.minimum(columns, width)).reshape(-1) * channels
    image_bytes = height * width * channels
    places = np.concatenate([image + batch * image_bytes for batch in range(batches)])
    still_read = np.minimum.accumulate(places[::-1])[::-1]
    still_read = np.append(still_read, batches * image_bytes)
    whole = len(places) // at_a_time * at_a_time
    ends = np.append(np.arange(0, whole, at_a_time) + at_a_time, np.arange(whole, len(places)) + 1)
    begins = np.append(0, ends[:-1])
    written = ends * layer.output.shape[3]
    read = still_read[np.maximum((ends if reads_first else begins) - again, 0)]
    steps = zip(written.tolist(), read.tolist(), strict=True)
    return largest_lead(steps, batches * image_bytes)


def window_starts(layer: Layer) -> tuple[Sequence[int], Sequence[int]]:
    """Where the windows of the output's rows and of its columns begin."""
    op = layer.op
    rows, columns = (
        [
            place * op.stride[axis] - op.padding[axis]
            for place in range(layer.output.shape[1 + axis])
        ]
        for axis in range(2)
    )
    return rows, columns


def place_by_place(layer: Layer) -> dict[str, Overlap]:
    """Of a kernel that computes one place after the other and reads its window all the while."""
    return at_distance(places_in_order(layer, window_starts(layer)))


def rows_in_order(
    layer: Layer, extent: int, *, at_a_time: int = 1, kept: bool = False, beyond: int = 0
) -> int:
    """The distance of a kernel that computes rows of an NHWC output in order, ``at_a_time`` of them
    in a step.

    extent: rows of the input that a step reads. kept: whether it reads them before it writes, and
    keeps those that later steps need. beyond: bytes behind its rows that a step writes.
    """
    batches, height, width, channels = layer.types["input"].shape
    _, rows, columns, output_channels = layer.output.shape
    row, output_row = width * channels, columns * output_channels
    stride, top = layer.op.stride[0], layer.op.padding[0]
    total = batches * rows * output_row

    def steps() -> Iterable[tuple[int, int]]:
        for batch in range(batches):
            for first in range(0, rows, at_a_time):
                end = min(first + at_a_time, rows)
                written = (batch * rows + end) * output_row + beyond
                read = first * stride - top
                if kept:
                    read = max(read + extent, end * stride - top) if end < rows else height
                yield min(written, total), (batch * height + min(max(read, 0), height)) * row

    return largest_lead(steps(), batches * height * row)


def columns_in_order(layer: Layer, extent: int, at_a_time: int) -> dict[str, Overlap]:
    """Of a kernel that computes columns instead of rows, as ``rows_in_order`` with ``kept``: it
    works in place where the columns that it reads stay ahead of those that it writes."""
    same = layer.types["input"].shape == layer.output.shape and layer.op.stride[1] == 1
    stays_ahead = extent - layer.op.padding[1] >= at_a_time
    return {"input": Overlap(0, step=0)} if same and stays_ahead else {}


def at_distance(distance: int) -> dict[str, Overlap]:
    """The input, at this distance or any larger one."""
    return {"input": Overlap(distance)}


def in_channel_blocks(layer: Layer, distance: int, blocks: int) -> dict[str, Overlap]:
    """The same for a kernel that walks over all places once for each block of channels: pixels of
    input and output must be equally large, and lie over whole pixels."""
    channels, outputs = layer.types["input"].shape[3], layer.output.shape[3]
    if blocks == 1:
        return at_distance(distance)
    if channels != outputs:
        return {}
    return {"input": Overlap(-(-distance // channels) * channels, channels)}
