"""The exact reference of svdf on torch tensors."""

from __future__ import annotations

import torch
from torch import Tensor

from ..integers.torch_arithmetic import requantize, requantize_to_int8, wrap_int32
from .op import Svdf


def reference(
    op: Svdf,
    input: Tensor,
    state: Tensor,
    feature_weight: Tensor,
    time_weight: Tensor,
    bias: Tensor | None,
) -> tuple[Tensor, Tensor]:
    """[B, I] int8, [B, F * M] -> [B, F / rank] int8, [B, F * M]; see Svdf."""
    filters, memory = time_weight.shape
    memories = state.reshape(-1, filters, memory)
    newest = _features(op, input, feature_weight, state.dtype)
    kept = torch.cat([memories[..., 1:], newest.unsqueeze(-1)], dim=-1)
    products = (kept.to(torch.int64) - op.state_zero_point) * time_weight.to(torch.int64)
    sums = products.reshape(len(input), -1, op.rank * memory).sum(-1)
    if bias is not None:
        sums = sums + bias.to(torch.int64)
    multiplier, shift = (sums.new_tensor(v) for v in (op.output_multiplier, op.output_shift))
    output = requantize_to_int8(
        wrap_int32(sums), multiplier, shift, op.output_offset, *_limits(torch.int8)
    )
    return output, kept.reshape(state.shape)


def _features(op: Svdf, input: Tensor, weight: Tensor, dtype: torch.dtype) -> Tensor:
    """[B, I] -> [B, F] of the state's type; what leaves it when the zero point is added wraps."""
    sums = (input.to(torch.int64) + op.input_offset) @ weight.to(torch.int64).T
    multiplier, shift = (sums.new_tensor(v) for v in (op.feature_multiplier, op.feature_shift))
    scaled = torch.clamp(requantize(wrap_int32(sums), multiplier, shift), *_limits(dtype))
    return (scaled + op.state_zero_point).to(dtype)


def _limits(dtype: torch.dtype) -> tuple[int, int]:
    """The least and the largest value of an integer type."""
    found = torch.iinfo(dtype)
    return found.min, found.max
