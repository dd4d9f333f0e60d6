"""Recurrent layers in calibration and behind it: every time step counts.

A layer's results tell only what it gives in the end; ranges are those of all steps, and of what it
begins with. The hidden values of a step are integers for the next one: the quantized program says
so, too.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from torch.fx import GraphModule, Node

from ...ops.pytorch.node import arguments
from ...ops.pytorch.pattern import Recurrence, Weight
from .biases import MeanInputs, leave_room
from .losses import FloatValues
from .patterns import pattern_of, results
from .quantized import is_quantize, node_quantization


class Calibrator(MeanInputs):
    """Runs a prepared program, and shows the states of all steps to the results' observers, and all
    values to ``float_values``."""

    def __init__(self, prepared: GraphModule, float_values: FloatValues | None = None) -> None:
        super().__init__(prepared)
        self._float_values = float_values
        self._recurrences = dict(_layers(prepared))

    def run(self, *args: Any, **kwargs: Any) -> Any:
        if self._float_values is not None:
            self._float_values.begin_call()
        return super().run(*args, **kwargs)

    def run_node(self, n: Node) -> Any:
        if n in self._recurrences:
            args, kwargs = self.fetch_args_kwargs_from_env(n)
            states = self._recurrences[n].states(*args, **kwargs)
            for place, result in results(n) or [(0, n)]:
                self._observe(result, states[place])
        value = super().run_node(n)
        if self._float_values is not None:
            self._float_values.add(n, value)
        return value

    def _observe(self, result: Node, values: Any) -> None:
        for user in result.users:
            if user.op == "call_module":
                self.fetch_attr(str(user.target))(values)


def leave_room_for_gates(prepared: GraphModule) -> None:
    """``leave_room_for_sums`` of the gates' weights, those of the input and of hidden values."""
    for node, recurrence in _layers(prepared):
        inputs = (arguments(node)["input"], _observer(dict(results(node)).get(0, node)))
        for (argument, bias), input in zip(recurrence.weights.items(), inputs, strict=True):
            leave_room(prepared, node, Weight(argument, bias=bias or None), input)


def _observer(result: Node) -> Node:
    return next(user for user in result.users if user.op == "call_module")


def _layers(module: GraphModule) -> Iterator[tuple[Node, Recurrence]]:
    for node in module.graph.nodes:
        pattern = pattern_of(node)
        if pattern is not None and pattern.recurrence is not None:
            yield node, pattern.recurrence


def feed_back_integers(converted: GraphModule) -> None:
    """Tells every recurrent layer how the hidden values between its steps are quantized."""
    for node, _ in _layers(converted):
        output = dict(results(node)).get(0, node)
        quantize = next(user for user in output.users if is_quantize(user))
        quantization = node_quantization(quantize, converted).quantization
        named = {"scale": quantization.scale, "zero_point": quantization.zero_point}
        node.kwargs = {**node.kwargs, **named}
    converted.recompile()
