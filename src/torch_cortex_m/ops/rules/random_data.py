"""Seeded random parts of layers, for the operators' random_layers.py: all that is legal, and often
what is special."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...ir import INT8

Rng = np.random.Generator
Tensors = dict[str, np.ndarray | None]


def pick(rng: Rng, *values: Any) -> Any:
    return values[int(rng.integers(len(values)))]


def operand_offset(rng: Rng) -> int:
    """The negative of any zero point."""
    return int(rng.integers(*INT8.negated(), endpoint=True))


def output_range(rng: Rng) -> dict[str, Any]:
    """output_offset and limits: half of the layers end in a ReLU, some are clamped further."""
    offset = int(rng.integers(INT8.low, INT8.high + 1))
    if rng.random() < 0.5:
        offset = pick(rng, *[INT8.low] * 4, offset)
        high = pick(rng, *[INT8.high] * 4, int(rng.integers(offset, INT8.high + 1)))
        return {"output_offset": offset, "activation_min": offset, "activation_max": high}
    if rng.random() < 0.3:
        low, high = sorted(int(value) for value in rng.integers(INT8.low, INT8.high + 1, 2))
        return {"output_offset": offset, "activation_min": low, "activation_max": high}
    return {"output_offset": offset}


def channel_tensors(rng: Rng, channels: int, taps: int) -> Tensors:
    """bias, multipliers and shifts: mostly such that outputs spread, sometimes anything legal."""
    center = -7 - int(np.log2(max(taps, 1)) / 2)
    kind = pick(rng, "usual", "usual", "usual", "spread", "odd channels", "any")
    spread = {"usual": 2, "spread": 5, "odd channels": 1, "any": 1}[kind]
    multipliers = rng.integers(1 << 30, 1 << 31, channels)
    shifts = np.minimum(rng.integers(center - spread, center + spread + 1, channels), -1)
    biases = rng.integers(-20000, 20000, channels)
    odd = rng.random(channels) < 0.3
    if kind == "odd channels":
        shifts[odd] = rng.integers(-31, 0, int(odd.sum()))
        multipliers[odd] = rng.integers(0, 2, int(odd.sum())) * multipliers[odd]
    if kind == "any":
        shifts = rng.integers(-31, 8, channels)
        multipliers[odd] = rng.integers(0, 1 << 31, int(odd.sum()))
        biases[odd] = rng.integers(-(1 << 31), 1 << 31, int(odd.sum()))
    return {
        "bias": biases.astype(np.int32) if rng.random() < 0.7 else None,
        "multipliers": multipliers.astype(np.int32),
        "shifts": shifts.astype(np.int32),
    }


def weights(rng: Rng, shape: tuple[int, ...]) -> np.ndarray:
    """int8, now and then with -128, sparse or with small values."""
    low = pick(rng, -INT8.high, -INT8.high, INT8.low)
    values = rng.integers(low, INT8.high + 1, shape)
    kind = pick(rng, "dense", "dense", "sparse", "small", "extreme")
    if kind == "sparse":
        values *= rng.random(shape) < 0.2
    if kind == "small":
        values //= 16
    if kind == "extreme":
        values = np.where(values < 0, low, INT8.high)
    return values.astype(np.int8)


def int8(rng: Rng, shape: tuple[int, ...]) -> np.ndarray:
    return rng.integers(INT8.low, INT8.high + 1, shape).astype(np.int8)


def window(rng: Rng, kernels: list[tuple[int, int]]) -> tuple[tuple[int, int], dict[str, Any]]:
    kernel = pick(rng, *kernels)
    dilation = pick(rng, (1, 1), (1, 1), (1, 1), (2, 2), (2, 1), (1, 3))
    stride = pick(rng, (1, 1), (1, 1), (1, 1), (2, 2), (2, 2), (1, 2), (3, 2))
    if rng.random() < 0.5:
        padding = tuple(dilation[i % 2] * (kernel[i % 2] - 1) // 2 for i in range(4))
    else:
        padding = tuple(int(value) for value in rng.integers(0, 3, 4))
    return kernel, {"stride": stride, "padding": padding, "dilation": dilation}


def image(rng: Rng) -> tuple[int, int]:
    height, width = int(rng.integers(1, 10)), int(rng.integers(1, 14))
    return pick(rng, (height, width), (width, height), (1, width))


def pool_window(rng: Rng) -> dict[str, Any]:
    kernel = pick(rng, (2, 2), (3, 3), (1, 4), (5, 2), (7, 7))
    padding = tuple(int(rng.integers(0, (kernel[i % 2] + 1) // 2)) for i in range(4))
    return {
        "kernel": kernel,
        "stride": pick(rng, (1, 1), (2, 2), kernel),
        "padding": pick(rng, (0, 0, 0, 0), padding),
        "ceil_mode": bool(rng.random() < 0.3),
    }


def shape_of_elements(rng: Rng) -> tuple[int, ...]:
    """Rank 0 to 4, 1 to some hundred elements."""
    return tuple(int(value) for value in rng.integers(1, 9, int(rng.integers(0, 4)))) or pick(
        rng, (), (int(rng.integers(1, 300)),)
    )


def strided_shape(rng: Rng) -> tuple[int, ...]:
    """Rank 1 to 5, with a last dimension that may be long."""
    shape = [int(value) for value in rng.integers(1, 6, int(rng.integers(0, 5)))]
    return (*shape, pick(rng, int(rng.integers(1, 6)), int(rng.integers(6, 70))))


def block_shape(rng: Rng) -> tuple[int, int, int]:
    """(outer, count, inner) of a reduction."""
    count = pick(rng, int(rng.integers(1, 20)), int(rng.integers(1, 20)), int(rng.integers(1, 800)))
    return int(rng.integers(1, 4)), count, pick(rng, 1, int(rng.integers(1, 20)))
