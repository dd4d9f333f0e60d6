"""Inputs that the caller binds to outputs become states, which it neither gives nor gets."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.fx import GraphModule, Node

from ..bindings import Binding, check_input, initial_value, output_places
from .inputs import dtype_name
from .output_names import OUTPUT_NAMES
from .source import value_name
from .states import NewState, StateInput, add_states, inputs_of, results_of, set_results

Inputs = tuple[Tensor, ...]


def bind_states(
    module: GraphModule, bindings: Sequence[Binding], examples: Inputs | None
) -> Inputs | None:
    """The example inputs that are left. Raises TcmError for a binding that does not fit."""
    inputs, results = inputs_of(module), results_of(module)
    names: list[str] = module.graph.output_node().meta[OUTPUT_NAMES]
    known = [_names(result, name) for result, name in zip(results, names, strict=True)]
    for binding in bindings:
        check_input(binding, [str(node.target) for node in inputs])
    places = output_places(bindings, known)
    kept = [place for place in range(len(results)) if place not in places]
    module.graph.output_node().meta[OUTPUT_NAMES] = [names[place] for place in kept]
    set_results(module, [results[place] for place in kept], ())
    by_name = {str(node.target): node for node in inputs}
    bound = [by_name[binding.input] for binding in bindings]
    add_states(
        module,
        [
            NewState(_state(binding, node), [node], results[place])
            for binding, node, place in zip(bindings, bound, places, strict=True)
        ],
    )
    if examples is None:
        return None
    return tuple(each for each, node in zip(examples, inputs, strict=True) if node not in bound)


def _names(result: object, name: str) -> list[str]:
    """The key under which the model returns it, or the name that the C gives it."""
    if name or not isinstance(result, Node):
        return [name] if name else []
    return [result.name if result.op == "placeholder" else value_name(result)]


def _state(binding: Binding, node: Node) -> StateInput:
    value = node.meta["val"]
    data = initial_value(binding, tuple(value.shape), dtype_name(value.dtype))
    return StateInput(binding.input, torch.from_numpy(data.copy()))
