"""Checks a serialized program, so that torch runs nothing of its choice when it rebuilds it.

torch looks operators up by their names, evaluates symbolic sizes, and makes a Python function of
the program in whose source names stand as they are. What passes here has operators on tensors
only, numbers for sizes and identifiers for names; whatever else torch would read is left out or
made anew.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, TypeVar

import torch
from torch._export.serde import schema
from torch._export.serde.serialize import _dict_to_dataclass
from torch.utils import _pytree as pytree

from ...errors import TcmError
from ...ops.pytorch.log_mel import NAMESPACE as AUDIO
from ...text import one_line

Schema = TypeVar("Schema")

_OPERATOR = re.compile(rf"torch\.ops\.(aten|quantized_decomposed|{AUDIO})\.(\w+)\.(\w+)")
_WRAPPERS = ("wrap_with_set_grad_enabled", "wrap_with_autocast")
"""Higher-order operators that only run a graph in another mode of autograd."""

_WRAPPER_TARGETS = tuple(f"torch.ops.higher_order.{name}" for name in _WRAPPERS)
_METADATA = ("stack_trace", "nn_module_stack")
"""Where a node is in the user's model; plain text."""

_PART_OF_PATH = re.compile(r"(?!__)[\w ,:()<>\[\]=+/@-]*")
"""Of a parameter's or a buffer's name, between its dots: no quote, no escape."""


def from_json(kind: type[Schema], data: Any) -> Schema:
    """Plain data as a dataclass of the schema. Raises what nonsense makes it raise."""
    result = _dict_to_dataclass(kind, data)
    if not isinstance(result, kind):
        raise TypeError(f"no {kind.__name__}")
    return result


def checked_program(data: Any) -> schema.ExportedProgram:
    """The program of the JSON that torch.export.save writes, ready for torch's deserializer.

    It takes its inputs as a flat tuple and returns one. Of the nodes' metadata their places stay.

    Raises TcmError for operators other than those on tensors and for sizes that are not numbers;
    TypeError, ValueError, LookupError or AssertionError for data of another form.
    """
    program = from_json(schema.ExportedProgram, data)
    module = program.graph_module
    _check_operators(module.graph)
    for part in (module.graph, module.signature):
        for value in _parts_of(part):
            _check(value)
    for node in _nodes_of(module.graph):
        node.metadata = {name: node.metadata[name] for name in _METADATA if name in node.metadata}
    signature = _plain_signature(module)
    return replace(
        program,
        graph_module=schema.GraphModule(
            graph=module.graph,
            signature=module.signature,
            module_call_graph=[schema.ModuleCallEntry(fqn="", signature=signature)],
        ),
        range_constraints={},
        guards_code=[],
    )


def _plain_signature(module: schema.GraphModule) -> schema.ModuleCallSignature:
    """Of a module that takes a tuple of tensors and returns tuples, lists and dicts of them."""
    signature = module.signature
    names = [name for spec in signature.input_specs if (name := _input_name(spec)) is not None]
    outputs = [spec.type in ("user_output", "loss_output") for spec in signature.output_specs]
    return schema.ModuleCallSignature(
        inputs=[],
        outputs=[],
        in_spec=_treespec(((0,) * len(names), {})),
        out_spec=_treespec(_results(module, sum(outputs))),
        forward_arg_names=[name or f"arg_{index}" for index, name in enumerate(names)],
    )


def _input_name(spec: schema.InputSpec) -> str | None:
    """The name of an input of the model, "" if it has none; None for a parameter or the like."""
    if spec.type == "constant_input":
        return spec.constant_input.name
    if spec.type != "user_input":
        return None
    return getattr(spec.user_input.arg.value, "name", "")


def _results(module: schema.GraphModule, count: int) -> Any:
    """The structure of the model's results: as the file has it, where it is of ``count`` tensors
    in plain Python, else a tuple."""
    calls = [
        each.signature for each in module.module_call_graph if each.fqn == "" and each.signature
    ]
    try:
        structure = _structure(json.loads(calls[0].out_spec)[1])
    except (IndexError, KeyError, TypeError, ValueError, RecursionError):
        return (0,) * count
    leaves = pytree.tree_structure(structure).num_leaves
    return structure if leaves == count else (0,) * count


def _structure(spec: Any) -> Any:
    """What PyTorch's JSON of a structure stands for. Raises ValueError for what is not a tuple, a
    list or a dict of such under names and numbers: other classes could bring code of their own."""
    parts = [_structure(each) for each in spec["children_spec"]]
    if spec["type"] is None:
        return 0
    if spec["type"] == "builtins.dict":
        keys = json.loads(spec["context"])
        if not all(isinstance(key, str | int) for key in keys):
            raise ValueError(spec["context"])
        return dict(zip(keys, parts, strict=True))
    return {"builtins.tuple": tuple, "builtins.list": list}[spec["type"]](parts)


def _treespec(structure: Any) -> str:
    return pytree.treespec_dumps(pytree.tree_structure(structure))


def _parts_of(value: Any) -> Iterator[Any]:
    """Every dataclass of the schema in a value, at any depth."""
    found = [value]
    while found:
        each = found.pop()
        if isinstance(each, list):
            found += each
        elif isinstance(each, dict):
            found += each.values()
        elif dataclasses.is_dataclass(each):
            yield each
            found += vars(each).values()


def _nodes_of(graph: schema.Graph) -> list[schema.Node]:
    """The nodes of the graph and of those inside it."""
    return [part for part in _parts_of(graph) if isinstance(part, schema.Node)]


def _check_operators(graph: schema.Graph) -> None:
    """Raises one TcmError that names every operator that could do more than compute tensors."""
    targets = {node.target: None for node in _nodes_of(graph) if not _is_harmless(node)}
    if targets:
        raise TcmError(
            "the program has operators that cannot be compiled",
            expected="operators of torch.ops.aten and torch.ops.quantized_decomposed that take and "
            "give tensors; no control flow, no operators of one's own",
            got=", ".join(one_line(str(target)) for target in targets),
            hint="write these parts of the model with operators of torch, and export it again",
        )


def _is_harmless(node: schema.Node) -> bool:
    if node.target in _WRAPPER_TARGETS:
        return True
    found = _OPERATOR.fullmatch(node.target) if isinstance(node.target, str) else None
    if found is None or any(isinstance(part, schema.GraphArgument) for part in _parts_of(node)):
        return False
    target: Any = torch.ops
    for name in found.groups():
        target = getattr(target, name, None)
    return isinstance(target, torch._ops.OpOverload) and _computes_tensors(target)


def _computes_tensors(operator: torch._ops.OpOverload) -> bool:
    """Whether all it does is to compute tensors. Of the operators that read no tensor, those that
    take text read and write files."""
    arguments = operator._schema.arguments
    read = [str(argument.type) for argument in arguments if not argument.is_out]
    gives_tensors = all("Tensor" in str(result.type) for result in operator._schema.returns)
    reads_tensors = any("Tensor" in type_ for type_ in read)
    return gives_tensors and (reads_tensors or not any("str" in type_ for type_ in read))


def _check(part: Any) -> None:
    """Raises TcmError or ValueError for what torch would evaluate or paste into source."""
    if isinstance(part, schema.SymExpr):
        raise _dynamic(part.expr_str)
    if isinstance(part, schema.CustomObjArgument) or getattr(part, "as_operator", None) is not None:
        raise ValueError("the program takes objects other than tensors and numbers")
    for kind, fields in _NAMES.items():
        if isinstance(part, kind):
            for field, fits in fields.items():
                _check_name(getattr(part, field, None), fits)


def _check_name(name: object, fits: Callable[[str], bool]) -> None:
    if name is not None and not (isinstance(name, str) and fits(name)):
        raise ValueError(f"{name!a:.100} is not a name")


def _is_identifier_or_empty(name: str) -> bool:
    return name == "" or name.isidentifier()


def _is_path(name: str) -> bool:
    return all(_PART_OF_PATH.fullmatch(part) for part in name.split("."))


_NAMES: dict[type, dict[str, Callable[[str], bool]]] = {
    schema.Node: {"name": str.isidentifier},
    schema.NamedArgument: {"name": _is_identifier_or_empty},
    schema.TensorArgument: {"name": str.isidentifier},
    schema.TokenArgument: {"name": str.isidentifier},
    schema.GraphArgument: {"name": str.isidentifier},
    schema.SymIntArgument: {"as_name": str.isidentifier},
    schema.SymFloatArgument: {"as_name": str.isidentifier},
    schema.SymBoolArgument: {"as_name": str.isidentifier},
    schema.InputToConstantInputSpec: {"name": str.isidentifier},
    schema.InputToParameterSpec: {"parameter_name": _is_path},
    schema.InputToBufferSpec: {"buffer_name": _is_path},
    schema.InputToTensorConstantSpec: {"tensor_constant_name": _is_path},
    schema.BufferMutationSpec: {"buffer_name": _is_path},
    schema.ParameterMutationSpec: {"parameter_name": _is_path},
    schema.GradientToParameterSpec: {"parameter_name": _is_path},
    schema.GradientToUserInputSpec: {"user_input_name": str.isidentifier},
    schema.UserInputMutationSpec: {"user_input_name": str.isidentifier},
}
"""Which fields of the schema are names in the function that torch makes."""


def _dynamic(expression: object) -> TcmError:
    return TcmError(
        "the program has dynamic shapes",
        expected="static shapes: sizes that are numbers",
        got=f"the size {one_line(str(expression))}",
        hint="export it without dynamic_shapes, with shapes and branches that do not depend on "
        "the values of tensors",
    )
