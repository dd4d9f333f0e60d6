"""The integer accumulation that the references of both convolutions share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor

from ..rules.window import WindowFields
from .torch_arithmetic import exact_float, wrap_int32


@contextmanager
def exact_backends(channels: int) -> Iterator[None]:
    """Keeps out the libraries that are not exact for integers in a float convolution.

    NNPACK and cuDNN may choose Winograd or Fourier transforms, whose intermediate values are no
    integers. oneDNN 3.12 (PyTorch 2.13) reads the wrong rows where there is a single channel, the
    output has one column and the horizontal stride is larger than what is left of the input.
    """
    mkldnn = torch.backends.mkldnn
    enabled = mkldnn.enabled
    with torch.backends.nnpack.flags(enabled=False), torch.backends.cudnn.flags(enabled=False):
        mkldnn.enabled = enabled and channels > 1
        try:
            yield
        finally:
            mkldnn.enabled = enabled


def accumulate(
    fields: WindowFields,
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    input_offset: int,
    groups: int,
) -> Tensor:
    """Exact int64 accumulators [N, H_out, W_out, C_out], wrapped to 32 bits.

    input [N, H, W, C_in] int8, weight [C_out, C_in / groups, KH, KW] int8, bias [C_out] int32.
    """
    sums = weighted_sums(fields, input, weight, input_offset, groups)
    return wrap_int32(sums if bias is None else sums + bias.to(torch.int64))


def largest_sum(input: Tensor, taps: int) -> int:
    """Of so many products of int8 weights and inputs, int8 or int16, with an offset."""
    return ((1 << 8 * input.element_size()) - 1) * 128 * taps


def weighted_sums(
    fields: WindowFields, input: Tensor, weight: Tensor, input_offset: int, groups: int
) -> Tensor:
    """Exact int64 sums [N, H_out, W_out, C_out], without a bias.

    input [N, H, W, C_in] int8 or int16, weight [C_out, C_in / groups, KH, KW] int8.
    """
    dtype = exact_float(largest_sum(input, weight[0].numel()))
    top, left, bottom, right = fields.padding
    shifted = (input.to(dtype) + input_offset).permute(0, 3, 1, 2)
    padded = torch.nn.functional.pad(shifted, (left, right, top, bottom))
    with exact_backends(padded.shape[1]):
        sums = torch.nn.functional.conv2d(
            padded,
            weight.to(dtype),
            stride=tuple(fields.stride),
            dilation=tuple(fields.dilation),
            groups=groups,
        )
    return sums.permute(0, 2, 3, 1).to(torch.int64)
