"""Parts of a program that depend on one tensor, element by element: each becomes one table.

However such a part is spelled (``silu(x)``, ``x * sigmoid(x)``, ``where(x > 0, x, 0.1 * x)``), its
real function has a value for each of the 256 quantized inputs, and no rounding in between.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.fx import GraphModule, Node
from torch.fx.node import map_aggregate

from ...ops.pytorch.node import shape_of
from .patterns import fused_activations, pattern_of
from .program import constant_value
from .quantized import is_dequantize


@dataclass(frozen=True)
class OneTensorFunction:
    """``nodes`` compute the last of them, in order, from ``source`` and from ``constants``, which
    are numbers; float tensors that are neither are other names of the source."""

    source: Node
    nodes: tuple[Node, ...]
    constants: Mapping[Node, Tensor]

    def __call__(self, values: np.ndarray) -> np.ndarray:
        """The function of a float64 array of rank 1."""
        source = torch.from_numpy(values)
        known = dict(self.constants)

        def evaluated(argument: Any) -> Any:
            if argument is torch.float32:
                return torch.float64
            return known.get(argument, source) if isinstance(argument, Node) else argument

        for node in self.nodes:
            args, kwargs = map_aggregate((node.args, node.kwargs), evaluated)  # type: ignore[misc]
            known[node] = node.target(*args, **kwargs)  # type: ignore[operator]
        result = known[self.nodes[-1]].to(torch.float64)
        return np.broadcast_to(result.numpy(), values.shape)


@dataclass(frozen=True)
class Functions:
    """``of``: the nodes that become tables; ``absorbed``: those that vanish in tables alone."""

    of: Mapping[Node, OneTensorFunction]
    absorbed: frozenset[Node]


def find_functions(module: GraphModule) -> Functions:
    """The largest functions of one tensor: what else reads a value in the middle of one gets it
    from a table of its own. What only clamps stays what it is."""
    constants: dict[Node, Tensor] = {}
    sources = _sources(module, constants)
    parts = {node: source for node, source in sources.items() if _is_part(node, source)}
    found: dict[Node, OneTensorFunction] = {}
    absorbed: set[Node] = set()
    clamps: set[Node] = set()
    for node, source in parts.items():
        if all(parts.get(user) is source for user in node.users):
            continue
        nodes = _nodes_between(node, parts)
        if all(_only_clamps(each) for each in nodes):
            clamps.update(nodes)
            continue
        found[node] = OneTensorFunction(source, nodes, constants)
        absorbed.update(nodes)
    return Functions(found, frozenset(absorbed - clamps - found.keys()))


def _is_part(node: Node, source: Node) -> bool:
    return source is not node and not is_dequantize(node)


def _sources(module: GraphModule, constants: dict[Node, Tensor]) -> dict[Node, Node]:
    """For every computed node the tensor that it is a function of: itself, if it is none. An
    activation that becomes part of the operator before it counts as that operator's result."""
    sources: dict[Node, Node] = {}
    fused: set[Node] = set()
    fixed: set[Node] = set()
    for node in module.graph.nodes:
        if node.op == "get_attr" or _has_fixed_inputs(node, fixed):
            fixed.add(node)
        if node.op == "get_attr":
            constants |= _single_value(constant_value(module, node), node)
            continue
        source = None if node in fused or node in fixed else _source(node, sources, constants)
        sources[node] = node if source is None else source
        if source is None:
            fused.update(fused_activations(node))
    return sources


def _has_fixed_inputs(node: Node, fixed: set[Node]) -> bool:
    """Whether a computed value does not depend on the model's inputs."""
    computed = node.op in ("call_function", "call_module")
    return computed and fixed.issuperset(node.all_input_nodes)


def _single_value(data: Tensor, node: Node) -> dict[Node, Tensor]:
    """The one value of all elements of a constant, floats in float64."""
    flat = data.detach().reshape(-1)
    if flat.numel() == 0 or not bool((flat == flat[0]).all()):
        return {}
    return {node: flat[0].double() if flat.dtype.is_floating_point else flat[0]}


def _source(
    node: Node, sources: Mapping[Node, Node], constants: Mapping[Node, Tensor]
) -> Node | None:
    if is_dequantize(node):
        return node.args[0]  # type: ignore[return-value]
    pattern = pattern_of(node)
    if pattern is None or not pattern.function:
        return None
    inputs = [input for input in node.all_input_nodes if input not in constants]
    if not inputs or any(input not in sources for input in inputs):
        return None
    source = sources[inputs[0]]
    same = all(sources[input] is source for input in inputs)
    return source if same and _is_like(node, source) else None


def _is_like(node: Node, source: Node) -> bool:
    """Whether the source holds numbers, as many as the node, in the same places."""
    value = source.meta.get("val")
    if not isinstance(value, Tensor) or value.dtype not in (torch.float32, torch.int8):
        return False
    return shape_of(node) == shape_of(source)


def _nodes_between(last: Node, parts: Mapping[Node, Node]) -> tuple[Node, ...]:
    """The parts that ``last`` is computed by, in the order of execution, itself included."""
    needed = {last}
    open_ = [last]
    while open_:
        inputs = {input for input in open_.pop().all_input_nodes if input in parts}
        open_ += inputs - needed
        needed |= inputs
    return tuple(sorted(needed))


def _only_clamps(node: Node) -> bool:
    pattern = pattern_of(node)
    return pattern is not None and pattern.activation_range is not None
