"""Checks and shape rules that convolutions and pooling share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Protocol

import numpy as np

from ...ir import INT8, Limits, TensorType
from ..base import Op
from ..interfaces import Border, Reach


class WindowFields(Protocol):
    """The fields of a sliding window: (vertical, horizontal); padding: top, left, bottom, right."""

    @property
    def stride(self) -> tuple[int, ...]: ...
    @property
    def padding(self) -> tuple[int, ...]: ...
    @property
    def dilation(self) -> tuple[int, ...]: ...


def check_window(op: Op, fields: WindowFields) -> None:
    """Stride and dilation are two positive values, padding four non-negative ones."""
    check_values(op, "stride", fields.stride, 2, 1)
    check_values(op, "padding", fields.padding, 4, 0)
    check_values(op, "dilation", fields.dilation, 2, 1)


def check_values(op: Op, name: str, values: tuple[int, ...], count: int, least: int) -> None:
    """A tuple field has ``count`` values, none below ``least``."""
    fits = len(values) == count and all(value >= least for value in values)
    op.expect(fits, name, f"{count} values of at least {least}", values)


def check_activation(op: Op, low: int, high: int, limits: Limits = INT8) -> None:
    """The activation range is ordered and within the output's type."""
    expected = f"{limits.low} <= activation_min <= activation_max <= {limits.high}"
    ordered = limits.low <= low <= high <= limits.high
    op.expect(ordered, "activation_min, activation_max", expected, (low, high))


def check_offset(op: Op, name: str, value: int, low: int, high: int) -> None:
    op.expect(low <= value <= high, name, f"a value in [{low}, {high}]", value)


def check_rank(op: Op, types: Mapping[str, TensorType], name: str, rank: int) -> None:
    shape = types[name].shape
    op.expect(len(shape) == rank, name, f"rank {rank}", f"rank {len(shape)}, shape {shape}")


def check_per_channel(
    op: Op, types: Mapping[str, TensorType], names: tuple[str, ...], channels: int
) -> None:
    """Each named argument that is present is one-dimensional with an element per channel."""
    for name in names:
        if name in types:
            op.expect(types[name].shape == (channels,), name, (channels,), types[name].shape)


def window_output_size(
    op: Op,
    fields: WindowFields,
    size: tuple[int, int],
    kernel: tuple[int, ...],
    ceil_mode: bool = False,
) -> tuple[int, int]:
    """(height, width) of the output: floor((in + before + after - extent) / stride) + 1.

    ``ceil_mode`` rounds the division up, but drops a last window that would start beyond the input
    and the padding before it (the shape rule of PyTorch's pooling).
    """
    height, width = (_axis_outputs(fields, size, kernel, axis, ceil_mode) for axis in range(2))
    expected = "a kernel no larger than the padded input, so that the output is not empty"
    got = f"input {size}, kernel {kernel}, padding {fields.padding}, dilation {fields.dilation}"
    op.expect(min(height, width) > 0, "input", expected, got)
    return height, width


def _axis_outputs(
    fields: WindowFields,
    size: tuple[int, int],
    kernel: tuple[int, ...],
    axis: int,
    ceil_mode: bool,
) -> int:
    before, after = fields.padding[axis], fields.padding[axis + 2]
    stride = fields.stride[axis]
    extent = fields.dilation[axis] * (kernel[axis] - 1) + 1
    room = size[axis] + before + after - extent
    if not ceil_mode:
        return room // stride + 1
    outputs = -(-room // stride) + 1
    last_is_outside = (outputs - 1) * stride >= size[axis] + before
    return outputs - 1 if last_is_outside else outputs


def padding_with_border(padding: tuple[int, ...], border: Border) -> tuple[int, ...] | None:
    """A window's own padding (top, left, bottom, right) and around it the border of an NHWC tensor;
    None if the border adds batches or channels."""
    if len(border.widths) != 4 or any(border.widths[0] + border.widths[3]):
        return None
    (top, bottom), (left, right) = border.widths[1:3]
    around = (top, left, bottom, right)
    return tuple(inner + outer for inner, outer in zip(padding, around, strict=True))


def window_reach(fields: WindowFields, kernel: tuple[int, ...], axis: int) -> Reach | None:
    """Along height or width of an NHWC tensor, or from one batch to the next."""
    if axis not in (1, 2):
        return Reach(axis) if axis == 0 else None
    side = axis - 1
    return Reach(
        axis, -fields.padding[side], fields.stride[side], kernel[side], fields.dilation[side]
    )


def trimmed_window(
    op: Any, types: Mapping[str, TensorType], constants: Mapping[str, np.ndarray]
) -> tuple[Any, dict[str, np.ndarray]] | None:
    """A convolution, and its weights [filters, height, width, channels], without the rows and
    columns of ``_read_taps``; None where that leaves out none, or weights are computed."""
    if "weight" not in constants:
        return None
    shapes = types["input"].shape, types["weight"].shape, op.output_shape(types)
    found = _read_taps(op, *(shape[1:3] for shape in shapes))
    if found is None:
        return None
    (rows, columns), padding = found
    return replace(op, padding=padding), {"weight": constants["weight"][:, rows, columns]}


def _read_taps(
    fields: WindowFields, size: tuple[int, ...], kernel: tuple[int, ...], output: tuple[int, ...]
) -> tuple[tuple[slice, slice], tuple[int, ...]] | None:
    """The rows and columns of a kernel without those at its edges that read padding alone,
    wherever the window is, and the padding that is left with these, which gives as many outputs;
    None where all read the input, or none does.

    size, kernel, output: (height, width).
    """
    kept: list[slice] = []
    for axis in range(2):
        taps = _axis_taps(fields, size[axis], kernel[axis], output[axis], axis)
        if taps is None:
            return None
        kept.append(taps)
    before = [dilation * taps.start for dilation, taps in zip(fields.dilation, kept, strict=True)]
    after = [
        dilation * (count - taps.stop)
        for dilation, count, taps in zip(fields.dilation, kernel, kept, strict=True)
    ]
    if not any((*before, *after)):
        return None
    padding = zip(fields.padding, (*before, *after), strict=True)
    return (kept[0], kept[1]), tuple(whole - less for whole, less in padding)


def _axis_taps(
    fields: WindowFields, size: int, kernel: int, outputs: int, axis: int
) -> slice | None:
    """From the first to the last tap that reads the input; no more is left out than padding is."""
    stride, dilation = fields.stride[axis], fields.dilation[axis]
    before, after = fields.padding[axis], fields.padding[axis + 2]
    read = [
        tap
        for tap in range(kernel)
        if any(
            0 <= dilation * tap - before + stride * position < size for position in range(outputs)
        )
    ]
    if not read:
        return None
    return slice(min(read[0], before // dilation), max(read[-1] + 1, kernel - after // dilation))


def padding_elsewhere(padding: tuple[int, ...], axis: int) -> tuple[int, ...]:
    """A window's padding (top, left, bottom, right) without that along an NHWC tensor's axis."""
    return tuple(0 if side % 2 == axis - 1 else width for side, width in enumerate(padding))


def window_constants(
    fields: WindowFields, kernel: tuple[int, ...], inputs: TensorType, output: tuple[int, ...]
) -> dict[str, int]:
    """The sizes that every windowed kernel may take as parameters."""
    return {
        "batches": inputs.shape[0],
        "input_height": inputs.shape[1],
        "input_width": inputs.shape[2],
        "input_channels": inputs.shape[3],
        "output_height": output[1],
        "output_width": output[2],
        "output_channels": output[3],
        "kernel_height": kernel[0],
        "kernel_width": kernel[1],
        "stride_height": fields.stride[0],
        "stride_width": fields.stride[1],
        "padding_top": fields.padding[0],
        "padding_left": fields.padding[1],
        "padding_bottom": fields.padding[2],
        "padding_right": fields.padding[3],
        "dilation_height": fields.dilation[0],
        "dilation_width": fields.dilation[1],
    }
