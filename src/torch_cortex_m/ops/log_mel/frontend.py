"""log_mel from PyTorch: the layer torch_cortex_m.LogMel."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...errors import TcmError
from ...ir import limits
from ..integers.arithmetic import quantize_multiplier, round_half_away
from ..pytorch.call import PytorchCall
from ..pytorch.log_mel import LOG_MEL
from ..pytorch.pattern import Pattern
from .op import HEADROOM, LARGEST_FILTER, LARGEST_FLOOR

LOG_BITS = 16
"""Fractional bits of a logarithm."""

POWER_BITS = 8
"""By which power is divided: 2^10 of the square of twice the transform."""


def _lower(call: PytorchCall) -> str:
    """An energy of 1 is the real one of ``unit``, a power of two."""
    input = call.input()
    if call.graph.types[input.value].dtype != "int16":
        raise _not_samples(call)
    filters, filter_bits = _filters(call)
    size = 2 * (filters.shape[1] - 1)
    fraction = HEADROOM - (size.bit_length() - 1)
    unit = 2 * math.log2(input.quantization.scale) + POWER_BITS - 2 * fraction - filter_bits
    multiplier, shift = quantize_multiplier(math.log(2) / (1 << LOG_BITS) / call.output.scale)
    value = call.emit(
        "log_mel",
        (
            input.value,
            call.add_constant("window", _window(call)),
            call.add_constant("filters", filters),
        ),
        hop=call.arguments["hop"],
        floor=_floor(call, unit),
        log_offset=round(unit * (1 << LOG_BITS)),
        multiplier=multiplier,
        shift=shift,
        output_offset=call.output.zero_point,
    )
    return call.transpose(value, (0, 2, 1), ".bands_first")


def _window(call: PytorchCall) -> np.ndarray:
    """In Q0.15, where 1 is one step less."""
    window = _data(call, "window")
    largest = limits("int16").high
    if np.abs(window).max() > 1:
        raise _outside(call, "window", "values from -1 to 1", window)
    return np.clip(np.rint(window * (largest + 1)), -largest, largest).astype(np.int16)


def _filters(call: PytorchCall) -> tuple[np.ndarray, int]:
    """The shares with so many fractional bits that the largest just fits."""
    filters = _data(call, "filters")
    largest = float(filters.max())
    if filters.min() < 0 or not 2.0**-20 <= largest <= 2.0**20:
        raise _outside(call, "filters", "no negative values, the largest about 1", filters)
    bits = math.floor(math.log2(LARGEST_FILTER / largest))
    return np.rint(filters * 2.0**bits).astype(np.int16), bits


def _floor(call: PytorchCall, unit: float) -> int:
    """The least energy, in units."""
    floor = round_half_away(call.arguments["floor"] * 2.0**-unit)
    if floor > LARGEST_FLOOR:
        raise TcmError(
            f"the floor of '{call.name}' is too high",
            where=call.source,
            expected=f"at most {LARGEST_FLOOR * 2.0**unit:.3g}",
            got=call.arguments["floor"],
            hint="energies are squares of sums of samples in [-1, 1): 1e-6 is usual",
        )
    return max(floor, 1)


def _data(call: PytorchCall, argument: str) -> np.ndarray:
    constant = call.constant(argument)
    assert constant is not None
    return constant.data.astype(np.float64)


def _outside(call: PytorchCall, argument: str, expected: str, data: Any) -> TcmError:
    return TcmError(
        f"the {argument} of '{call.name}' is out of range",
        where=call.source,
        expected=expected,
        got=f"{data.min():g} to {data.max():g}",
        hint="scale it, and the layers behind it by the inverse",
    )


def _not_samples(call: PytorchCall) -> TcmError:
    return TcmError(
        f"'{call.name}' reads what the model has computed",
        where=call.source,
        expected="an input of the model, which is int16 then, or a part of it",
        got="a tensor of int8",
        hint="give the samples to LogMel as they are; a gain before it is a number that is added "
        "behind it",
    )


PATTERNS = [Pattern((LOG_MEL,), _lower, wide=("input",))]
