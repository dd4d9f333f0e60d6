"""requantize from PyTorch: relu, relu6, hardtanh and clamp, where no operator takes them in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch

from ..pytorch.call import PytorchCall, requantization
from ..pytorch.node import gives_numbers
from ..pytorch.pattern import Pattern

aten = torch.ops.aten


def _lower(call: PytorchCall) -> str:
    input = call.input("self")
    fields = requantization(input.quantization, call.output)
    return call.emit("requantize", (input.value,), **fields, **call.activation_limits())


def _relu(arguments: Mapping[str, Any]) -> tuple[float, float]:
    return 0.0, float("inf")


def _relu6(arguments: Mapping[str, Any]) -> tuple[float, float]:
    return 0.0, 6.0


def _hardtanh(arguments: Mapping[str, Any]) -> tuple[float, float]:
    return float(arguments["min_val"]), float(arguments["max_val"])


def _clamp(arguments: Mapping[str, Any]) -> tuple[float, float]:
    low, high = arguments.get("min"), arguments.get("max")
    return (
        float("-inf") if low is None else float(low),
        float("inf") if high is None else float(high),
    )


def _activation(
    overload: torch._ops.OpOverload,
    activation_range: Callable[[Mapping[str, Any]], tuple[float, float]],
) -> Pattern:
    return Pattern(
        (overload,),
        _lower,
        inputs=("self",),
        activation_range=activation_range,
        monotone=True,
        function=True,
        matches=gives_numbers,
    )


PATTERNS = [
    _activation(aten.relu.default, _relu),
    _activation(aten.relu6.default, _relu6),
    _activation(aten.hardtanh.default, _hardtanh),
    _activation(aten.clamp.default, _clamp),
    _activation(aten.clamp_min.default, _clamp),
    _activation(aten.clamp_max.default, _clamp),
]
