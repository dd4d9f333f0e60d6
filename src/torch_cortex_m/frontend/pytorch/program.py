"""Reading and changing fx programs, with the metadata that the frontend needs."""

from __future__ import annotations

import operator
from typing import Any

import torch
from torch import Tensor
from torch.fx import GraphModule, Node, map_arg

from ...ops.pytorch.node import arguments
from .quantized import is_dequantize, is_quantize

CONSTANT_NAME = "tcm_constant_name"
"""Metadata of a get_attr node: the constant's name for the user."""

OPERAND_NAMES = "tcm_operand_names"
"""Metadata of an operator: argument -> name of the constant that it is. PT2E gives constants
names of its own, but keeps the metadata of operators."""


def constant_value(module: GraphModule, node: Node) -> Tensor:
    """The tensor that a get_attr node reads."""
    value: Any = module
    for part in str(node.target).split("."):
        value = getattr(value, part)
    return value.detach()


def constant_name(node: Node) -> str:
    """The name of a get_attr node's constant: the parameter's full name, unless we made it."""
    return node.meta.get(CONSTANT_NAME, str(node.target))


def name_constants(module: GraphModule) -> None:
    """Notes the names of their constants with the operators."""
    for node in module.graph.nodes:
        if node.op == "call_function" and node.target is not operator.getitem:
            node.meta[OPERAND_NAMES] = {
                argument: constant_name(value)
                for argument, value in arguments(node).items()
                if isinstance(value, Node) and value.op == "get_attr"
            }


def complete_values(module: GraphModule) -> None:
    """Gives every constant, observer, quantize and dequantize node its tensor as metadata "val"."""
    for node in module.graph.nodes:
        if node.op == "get_attr":
            node.meta["val"] = constant_value(module, node)
        elif node.op == "call_module":
            node.meta["val"] = node.args[0].meta["val"]
        elif node.meta.get("val") is None and (is_quantize(node) or is_dequantize(node)):
            dtype = torch.int8 if is_quantize(node) else torch.float32
            node.meta["val"] = torch.empty_like(node.args[0].meta["val"], dtype=dtype)


def add_constant(module: GraphModule, before: Node, data: Tensor, name: str) -> Node:
    """A get_attr node for a new buffer that is called ``name`` in messages and in the graph."""
    count = len(module._buffers)
    while hasattr(module, attribute := f"_tcm_constant_{count}"):
        count += 1
    module.register_buffer(attribute, data.contiguous())
    with module.graph.inserting_before(before):
        node = module.graph.create_node("get_attr", attribute)
    node.meta["val"] = data
    node.meta[CONSTANT_NAME] = name
    return node


def add_call(
    module: GraphModule,
    before: Node,
    target: torch._ops.OpOverload,
    args: tuple[Any, ...],
    like: Node,
    kwargs: dict[str, Any] | None = None,
) -> Node:
    """A call of ``target`` that stands at the place of ``like`` in the user's model."""
    mode = like.meta["val"].fake_mode

    def fake(node: Node) -> Tensor:
        value = node.meta["val"]
        return value if hasattr(value, "fake_mode") else mode.from_tensor(value, static_shapes=True)

    with module.graph.inserting_before(before):
        node = module.graph.call_function(target, args, kwargs)
    for key in ("nn_module_stack", "stack_trace"):
        if key in like.meta:
            node.meta[key] = like.meta[key]
    with mode:
        node.meta["val"] = target(*map_arg(args, fake), **(kwargs or {}))
    return node


def without_data(module: GraphModule, value: Tensor) -> Tensor:
    """The tensor as the values of computed nodes are: of a shape and a type, without data."""
    values = (node.meta.get("val") for node in module.graph.nodes)
    modes = (each.fake_mode for each in values if hasattr(each, "fake_mode"))
    mode = None if hasattr(value, "fake_mode") else next(modes, None)
    return value if mode is None else mode.from_tensor(value, static_shapes=True)


def add_results(
    module: GraphModule,
    before: Node,
    target: torch._ops.OpOverload,
    args: tuple[Any, ...],
    like: Node,
    kwargs: dict[str, Any] | None = None,
) -> list[Node]:
    """The results of a call of ``target`` that gives several; the others are as in ``add_call``."""
    call = add_call(module, before, target, args, like, kwargs)
    found: list[Node] = []
    for place, value in enumerate(call.meta["val"]):
        with module.graph.inserting_before(before):
            result = module.graph.call_function(operator.getitem, (call, place))
        result.meta = {**call.meta, "val": value}
        found.append(result)
    return found


def set_argument(node: Node, name: str, value: Node) -> None:
    """Replaces one argument of a call, by its name in the schema."""
    names = [argument.name for argument in node.target._schema.arguments]  # type: ignore[union-attr]
    index = names.index(name)
    if name in node.kwargs or index > len(node.args):
        node.kwargs = {**node.kwargs, name: value}
    else:
        node.args = (*node.args[:index], value, *node.args[index + 1 :])
