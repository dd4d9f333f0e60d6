"""Cases and layers of int16 activations, made of those of int8."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

from ...ir import INT16, TensorType
from ..base import Case
from .case_data import generator, random_data
from .random_data import Rng, pick

RANGE = {"activation_min": INT16.low, "activation_max": INT16.high}
SYMMETRIC = dict.fromkeys(("input_offset", "output_offset", "other_offset"), 0)


def widened(case: Case, bias: str = "int64", **changes: Any) -> Case:
    """The case with int16 data, zero points of 0, no clamp but what ``changes`` say, and a bias of
    this type."""
    return _widened(generator(f"{case.name} int16 {bias}"), case, bias, changes)


def widened_layer(draw: Callable[[Rng, str], Case]) -> Callable[[Rng, str], Case]:
    """Layers of int16, as ``draw`` gives them for int8."""

    def wide_layer(rng: Rng, name: str) -> Case:
        return _widened(rng, draw(rng, name), pick(rng, "int64", "int64", "int32"), {})

    return wide_layer


def _widened(rng: Rng, case: Case, bias: str, changes: dict[str, Any]) -> Case:
    known = {each.name for each in fields(case.op)}
    values = {name: value for name, value in (RANGE | SYMMETRIC).items() if name in known}
    tensors = dict(case.tensors)
    for name in ("input", "other"):
        data = tensors.get(name)
        if data is not None:
            tensors[name] = random_data(rng, TensorType(data.shape, "int16"))
    if (data := tensors.get("bias")) is not None:
        tensors["bias"] = data.astype(bias)
    name = f"{case.name}_int16" if bias == "int64" else f"{case.name}_int16_narrow"
    return Case(name, replace(case.op, **values | changes), tensors, case.activations)
