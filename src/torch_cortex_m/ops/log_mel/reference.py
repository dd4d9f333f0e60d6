"""The exact reference of log_mel on torch tensors."""

from __future__ import annotations

import torch
from torch import Tensor

from ...ir import INT8
from ..integers.torch_arithmetic import requantize_to_int8
from .op import HEADROOM, LogMel
from .tables import LOG_BITS, LOG_TABLE, twiddles


def reference(op: LogMel, input: Tensor, window: Tensor, filters: Tensor) -> Tensor:
    """int16 [B, N] -> int8 [B, T, M]; see LogMel."""
    size = 2 * (filters.shape[1] - 1)
    frames = input.to(torch.int64).unfold(1, len(window), op.hop)
    windowed = _rounded(frames * window.to(torch.int64), 15 - (HEADROOM - size.bit_length() + 1))
    padded = torch.nn.functional.pad(windowed, (0, size - len(window)))
    table = torch.from_numpy(twiddles(size).astype("int64")).to(input.device)
    factors = (table[:, 0], table[:, 1])
    energies = _power(padded, factors) @ filters.to(torch.int64).T + op.floor
    multiplier, shift = (energies.new_tensor(value) for value in (op.multiplier, op.shift))
    logarithms = _log2(energies) + op.log_offset
    return requantize_to_int8(logarithms, multiplier, shift, op.output_offset, *INT8)


Complex = tuple[Tensor, Tensor]
"""Real and imaginary parts, int64."""


def _power(samples: Tensor, factors: Complex) -> Tensor:
    """[..., F] -> [..., F/2 + 1]. Even and odd samples are real and imaginary parts of one
    transform of half the size, from which the frequencies of both are told apart."""
    half = samples.shape[-1] // 2
    real, imaginary = _transform((samples[..., 0::2], samples[..., 1::2]), factors)
    k = torch.arange(half // 2 + 1, device=samples.device)
    mirrored = (half - k) % half
    even = (real[..., k] + real[..., mirrored], imaginary[..., k] - imaginary[..., mirrored])
    odd = (real[..., k] - real[..., mirrored], imaginary[..., k] + imaginary[..., mirrored])
    turned = _product(odd, (factors[0][k], factors[1][k]))
    lower = _squared(even[0] + turned[1], even[1] - turned[0])
    upper = _squared(even[0] - turned[1], even[1] + turned[0])
    return torch.cat([lower[..., :-1], upper.flip(-1)], -1)


def _transform(values: Complex, factors: Complex) -> Complex:
    """Of size H in H log2(H) / 2 products: blocks of 2, 4, 8 ... places are joined."""
    real, imaginary = values
    count = real.shape[-1]
    order = _bits_reversed(count).to(real.device)
    real, imaginary = real[..., order], imaginary[..., order]
    width = 1
    while width < count:
        shape = (*real.shape[:-1], count // (2 * width), 2, width)
        (a, b), (c, d) = (each.reshape(shape).unbind(-2) for each in (real, imaginary))
        step = count // width  # of 2 * count places on the circle
        turned = _product((b, d), (factors[0][::step], factors[1][::step]))
        parts = ((a + turned[0], a - turned[0]), (c + turned[1], c - turned[1]))
        real, imaginary = (torch.stack(each, -2).reshape(*shape[:-3], count) for each in parts)
        width *= 2
    return real, imaginary


def _bits_reversed(count: int) -> Tensor:
    order = torch.zeros(1, dtype=torch.int64)
    while len(order) < count:
        order = torch.cat([2 * order, 2 * order + 1])
    return order


def _product(values: Complex, factors: Complex) -> Complex:
    (a, b), (c, d) = values, factors
    return _rounded(a * c - b * d, 30), _rounded(a * d + b * c, 30)


def _squared(real: Tensor, imaginary: Tensor) -> Tensor:
    return _rounded(real * real + imaginary * imaginary, 10)


def _rounded(value: Tensor, shift: int) -> Tensor:
    """round(value / 2^shift), ties up."""
    return (value + (1 << (shift - 1))) >> shift


def _log2(value: Tensor) -> Tensor:
    """In 16 fractional bits, of int64 above 0."""
    power = sum((value >> bit > 0).to(torch.int64) for bit in range(1, 63))
    assert isinstance(power, Tensor)
    place = (value << (62 - power)) - (1 << 62)
    index, rest = place >> (62 - LOG_BITS), (place >> (46 - LOG_BITS)) & 0xFFFF
    table = torch.from_numpy(LOG_TABLE.astype("int64")).to(value.device)
    return (power << 16) + table[index] + _rounded((table[index + 1] - table[index]) * rest, 16)
