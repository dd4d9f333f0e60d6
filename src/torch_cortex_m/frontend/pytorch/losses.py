"""What quantization costs each value: the converted program beside the float one, on the first
calibration samples.

Source of the measure: ``compute_sqnr`` of torch.ao.ns, the signal's power over the error's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.fx import GraphModule, Interpreter, Node

from ...ir.artifacts import Loss, decibels
from .observers import ClampedObserver
from .quantized import is_dequantize, is_quantize, node_quantization
from .states import Calls, inputs_of

LOSS = "tcm_loss"
"""Metadata of a quantize node: the ``Loss`` of the value that it gives."""

ENOUGH = 1 << 16
"""Elements of values: no further sample is kept with so many."""

MOST_SAMPLES = 8

Values = dict[str, Tensor]
"""Name of a node -> its tensor in one call."""


class FloatValues:
    """What calibration gave all inputs and all that is quantized, in the first calls."""

    def __init__(self, prepared: GraphModule) -> None:
        self.calls: list[Values] = []
        self._elements = 0
        self._kept: dict[Node, tuple[float, float] | None] = dict.fromkeys(
            prepared.graph.find_nodes(op="placeholder")
        )
        for node in prepared.graph.find_nodes(op="call_module"):
            source: Any = node.args[0]
            if source.op != "get_attr":
                self._kept[source] = _clamp(prepared.get_submodule(str(node.target)))

    def begin_call(self) -> None:
        if self._elements < ENOUGH and len(self.calls) < MOST_SAMPLES:
            self.calls.append({})
        else:
            self._kept = {}

    def add(self, node: Node, value: Any) -> None:
        if node in self._kept:
            clamp = self._kept[node]
            self.calls[-1][node.name] = value if clamp is None else value.clamp(*clamp)
            self._elements += value.numel()


def _clamp(observer: object) -> tuple[float, float] | None:
    """What all readers of an observed value clamp it to: beyond it nothing is lost."""
    return (observer.low, observer.high) if isinstance(observer, ClampedObserver) else None


def note_losses(converted: GraphModule, calls: Sequence[Values]) -> None:
    """Gives quantize nodes of what ``calls`` have their LOSS, where there is a signal.

    The program is run twice on each call: as it is, and so that every operator reads the float
    values, quantized, for the error that it adds by itself.
    """
    roundings = list(_roundings(converted))
    constants: dict[Node, Any] = dict.fromkeys(_constant_nodes(converted))
    with torch.no_grad():
        for own in (False, True):
            comparison = _Comparison(converted, roundings, constants, own)
            for values in calls:
                comparison.compare(values)
    for each in roundings:
        if each.signal > 0:
            errors = (each.total, each.own, each.alone)
            each.quantize.meta[LOSS] = Loss(*(decibels(each.signal, error) for error in errors))


@dataclass
class _Rounding:
    """Where integers take the place of a value: the nodes that give it, quantize it and make real
    numbers of it again; and sums of squares over all calls.

    signal: of the float values. total: of what is lost in all. own: by the operator on exact
    inputs. alone: by rounding the float values.
    """

    source: Node
    quantize: Node
    dequantize: Node
    signal: float = 0.0
    total: float = 0.0
    own: float = 0.0
    alone: float = 0.0


def _roundings(converted: GraphModule) -> Iterator[_Rounding]:
    """The first one of each value."""
    found: set[Node] = set()
    for node in converted.graph.nodes:
        quantize: Any = node.args[0] if is_dequantize(node) else None
        if quantize is not None and is_quantize(quantize) and quantize.args[0] not in found:
            found.add(quantize.args[0])
            yield _Rounding(quantize.args[0], quantize, node)


def _constant_nodes(converted: GraphModule) -> Iterator[Node]:
    """Such as those that make real numbers of weights."""
    found: set[Node] = set()
    for node in converted.graph.nodes:
        inputs = node.all_input_nodes
        if node.op == "get_attr" or (node.op == "call_function" and inputs and found >= {*inputs}):
            found.add(node)
            yield node


class _Comparison(Interpreter):
    """Runs a converted program beside the float values; ``own``: on these. ``constants``: nodes
    whose results are kept for all runs, None before the first."""

    def __init__(
        self,
        converted: GraphModule,
        roundings: Sequence[_Rounding],
        constants: dict[Node, Any],
        own: bool,
    ) -> None:
        super().__init__(converted)
        self._converted = converted
        self._constants = constants
        self._own = own
        self._exact: Mapping[str, Tensor] = {}
        self._by_source = {each.source: each for each in roundings}
        self._by_dequantize = {each.dequantize: each for each in roundings}
        self._calls = Calls(self)
        self._inputs = [node.name for node in inputs_of(converted)]
        self._all = [node.name for node in converted.graph.find_nodes(op="placeholder")]

    def compare(self, exact: Mapping[str, Tensor]) -> None:
        """One call; what states hold is what the last one left there, or exact, too."""
        self._exact = exact
        if self._own:
            self.run(*(exact[name] for name in self._all))
        else:
            self._calls.run(*(exact[name] for name in self._inputs))

    def run(self, *args: Any, **kwargs: Any) -> Any:
        known = {node: value for node, value in self._constants.items() if value is not None}
        return super().run(*args, **kwargs, initial_env=known)

    def run_node(self, n: Node) -> Any:
        result = super().run_node(n)
        if n in self._constants:
            self._constants[n] = result
        elif n in self._by_dequantize:
            self._after_rounding(self._by_dequantize[n], result)
        elif self._own and n in self._by_source and n.name in self._exact:
            exact, rounding = self._exact[n.name], self._by_source[n]
            rounding.signal += _power(exact)
            rounding.own += _power(self._rounded(result, rounding.quantize).sub_(exact))
            return exact
        return result

    def _after_rounding(self, rounding: _Rounding, result: Tensor) -> None:
        exact = self._exact.get(rounding.source.name)
        if exact is None:
            return
        error = _power(result - exact)
        if self._own:
            rounding.alone += error
        else:
            rounding.total += error

    def _rounded(self, value: Tensor, quantize: Node) -> Tensor:
        """The real numbers that the integers of a quantize node stand for."""
        found = node_quantization(quantize, self._converted)
        scale, zero_point = found.quantization.scale, found.quantization.zero_point
        low, high = found.limits
        return (value / scale).round_().clamp_(low - zero_point, high - zero_point).mul_(scale)


def _power(value: Tensor) -> float:
    return float(torch.linalg.vector_norm(value)) ** 2
