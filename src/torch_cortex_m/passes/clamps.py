"""Requantizations that only clamp, and clamps one after another."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from ..ops.requantize.op import Requantize


def only_clamps(op: object) -> bool:
    """Whether the operator is clamp(x, activation_min, activation_max): 2^30 with a shift of 1 is
    exactly one, and the offsets cancel."""
    return (
        isinstance(op, Requantize)
        and (op.multiplier, op.shift) == (1 << 30, 1)
        and op.input_offset == -op.output_offset
    )


def is_identity(op: object) -> bool:
    return (
        isinstance(op, Requantize)
        and only_clamps(op)
        and (op.activation_min, op.activation_max) == (-128, 127)
    )


def clamp(value: int, low: int, high: int) -> int:
    return min(max(value, low), high)


def has_activation(op: Any) -> bool:
    """Whether the operator ends with a clamp to its activation range."""
    return {"activation_min", "activation_max"} <= {field.name for field in fields(op)}


def then_clamp(op: Any, after: Requantize) -> Any:
    """The operator ``op`` with the clamp of ``after`` in its own activation range.

    Clamping to [a, b] and then by f is clamping to [f(a), f(b)], because f keeps order; where the
    ranges do not meet, both are the one value that f gives.
    """
    low, high = after.activation_min, after.activation_max
    return replace(
        op,
        activation_min=clamp(op.activation_min, low, high),
        activation_max=clamp(op.activation_max, low, high),
    )
