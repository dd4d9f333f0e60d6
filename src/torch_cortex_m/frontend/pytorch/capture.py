"""capture: a module, an ExportedProgram or a .pt2 file becomes a flat, functional fx program."""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
import torch.ao.quantization.fx._decomposed  # registers the operators of quantized programs
from torch import Tensor, nn
from torch.export import ExportedProgram
from torch.export.graph_signature import OutputKind
from torch.fx import GraphModule, Node

from ...errors import TcmError
from ...stages import stage
from ...text import first_line, unreadable
from .archive import load_program
from .assigned_buffers import assignments_as_copies
from .clean import KNOWN
from .constant_masks import constant_masks
from .decompositions import decompositions
from .inputs import (
    EXPECTED_DTYPES,
    INPUT_DTYPES,
    as_tuple,
    check_like,
    dtype_hint,
    dtype_name,
    row_major,
)
from .output_names import name_outputs
from .patterns import has_pattern
from .quiet import quiet
from .source import error_line, where
from .states import check_update, where_computed

aten = torch.ops.aten

A_MODEL = "a torch.nn.Module, a torch.export.ExportedProgram or the path of a .pt2 or .tflite file"
PACKED = {("nn", "utils", "rnn.py"), ("nn", "modules", "rnn.py")}
"""The files of torch that know packed sequences."""

STATIC_HINT = "make every shape and branch depend on shapes only, never on the values of tensors"


@stage("capture")
def capture(model: Any, example_inputs: Any) -> tuple[GraphModule, tuple[Tensor, ...] | None]:
    """The program as aten operators without in-place operators, and the checked example inputs.

    ``model`` is an nn.Module, an ExportedProgram or the path of a .pt2 file. ``example_inputs`` may
    be None for the last two. The caller's model is not changed.
    """
    program, own_inputs = _as_program(model)
    known = False
    if program is None:
        inputs = as_tuple(example_inputs, "example_inputs")
        program = _export(model, inputs)
        known = _is_known(program)
    elif example_inputs is not None:
        inputs = as_tuple(example_inputs, "example_inputs")
    elif own_inputs is not None:
        inputs = as_tuple(own_inputs, "the program's example inputs")
    else:
        inputs = None
    try:
        module = _module(program) if known else _functional(program)
    except TcmError:
        raise
    except Exception as error:
        if isinstance(model, str | os.PathLike):
            raise _not_a_program(Path(model), error) from None
        raise _not_functional(error) from None
    name_outputs(module)
    _make_constants_row_major(module)
    _check_shapes(module)
    if inputs is not None:
        check_like(inputs, types_of(module.graph.find_nodes(op="placeholder")), "example_inputs")
    return module, inputs


def types_of(nodes: Iterable[Node]) -> list[tuple[tuple[int, ...], torch.dtype]]:
    """(shape, dtype) of what each node gives."""
    values = [node.meta["val"] for node in nodes]
    return [(tuple(value.shape), value.dtype) for value in values]


def _as_program(model: Any) -> tuple[ExportedProgram | None, tuple[Any, ...] | None]:
    """The program, None for a module that is still to be exported; and the example inputs that
    it carries, if it does, positional ones first."""
    if isinstance(model, ExportedProgram):
        return model, _inputs_of(model)
    if isinstance(model, str | os.PathLike):
        return _load(Path(model))
    if isinstance(model, nn.Module) and not isinstance(model, torch.jit.ScriptModule):
        return None, None
    raise TcmError(
        "this is not a model",
        expected=A_MODEL,
        got=type(model).__name__,
        hint="give an instance of the module itself, neither its class, its state_dict nor a "
        "scripted or traced form of it",
    )


def _load(path: Path) -> tuple[ExportedProgram, tuple[Any, ...] | None]:
    if not os.path.isfile(path):
        raise TcmError(
            "there is no such file",
            where=str(path),
            expected=A_MODEL,
            got="a folder" if os.path.isdir(path) else f"the text '{path}'",
            hint="check the path, which counts from the current folder",
        )
    try:
        return load_program(path)
    except TcmError as error:
        raise error.inside(str(path)) from None
    except Exception as error:  # whatever reading nonsense may raise
        raise _not_a_program(path, error) from None


def _not_a_program(path: Path, error: Exception) -> TcmError:
    return TcmError(
        "this file is not a program that torch.export.save wrote",
        where=str(path),
        expected="a .pt2 file, written by torch.export.save of this version of PyTorch",
        got=unreadable(error),
        hint="write it with torch.export.save(torch.export.export(model, inputs), path)",
    )


def _not_functional(error: Exception) -> TcmError:
    return TcmError(
        "torch.export cannot make the program one without changes in place",
        where=error_line(error),
        expected="a model whose forward makes new tensors",
        got=first_line(error),
        hint="write without methods that change a tensor's size or storage (resize_, set_)",
    )


def _inputs_of(program: ExportedProgram) -> tuple[Any, ...] | None:
    if program.example_inputs is None:
        return None
    positional, named = program.example_inputs
    return (*positional, *named.values())


def _export(model: nn.Module, inputs: tuple[Tensor, ...]) -> ExportedProgram:
    _check_parameters(model)
    try:
        with (
            quiet(),
            torch.no_grad(),
            _evaluation_mode(model),
            assignments_as_copies(model),
            constant_masks(model) as masks,
        ):
            program = torch.export.export(model, inputs, strict=False)
    except TcmError:
        raise
    except Exception as error:
        raise _export_error(model, inputs, error) from None
    changed = masks & set(_changed_buffers(program))
    if changed:
        raise _data_dependent(min(changed), "a state that selects elements")
    return program


def _changed_buffers(program: ExportedProgram) -> Iterator[str]:
    """The paths of those that operators change in place, views of them included."""
    buffers = program.graph_signature.inputs_to_buffers
    for node in program.graph.nodes:
        schema = getattr(node.target, "_schema", None)
        if schema is None or not schema.is_mutable:
            continue
        changed: Any = node.args[0]
        while isinstance(changed, Node) and changed.op == "call_function":
            changed = changed.args[0]
        if isinstance(changed, Node) and changed.name in buffers:
            yield buffers[changed.name]


def _is_known(program: ExportedProgram) -> bool:
    """Whether each operator is known as it stands and changes nothing in place: tracing such a
    program once more, which takes longer than all else, would change nothing that counts."""
    specs = program.graph_signature.output_specs
    return all(spec.kind is OutputKind.USER_OUTPUT for spec in specs) and all(
        (node.target in KNOWN or has_pattern(node.target)) and not node.target._schema.is_mutable
        for node in program.graph.nodes
        if node.op == "call_function"
    )


def _check_updates(program: ExportedProgram) -> None:
    """Buffers keep their shape and type, where forward assigns to them: torch.export copies what
    is assigned into the buffer, which may spread or convert it."""
    buffers = program.graph_signature.inputs_to_buffers
    for node in program.graph.find_nodes(op="call_function", target=aten.copy_.default):
        changed: Any = node.args[0]
        if changed.name in buffers:
            place = where_computed(node.args[1])  # type: ignore[arg-type]
            check_update(buffers[changed.name], changed.meta["val"], node.meta["val"], place)


def _functional(program: ExportedProgram) -> GraphModule:
    _check_updates(program)
    with quiet():
        functional = program.run_decompositions(decompositions())
        _drop_input_updates(functional)
    return _module(functional)


def _module(program: ExportedProgram) -> GraphModule:
    with quiet():
        module = program.module(check_guards=False)
    assert isinstance(module, GraphModule)
    return module


def _drop_input_updates(program: ExportedProgram) -> None:
    """Inputs stay as they are: what a model changes in place is a value of its own in the C.

    torch.export lists the new values of such inputs as outputs before the model's own.
    """
    specs = program.graph_signature.output_specs
    output = program.graph.output_node()
    kept = [spec.kind != OutputKind.USER_INPUT_MUTATION for spec in specs]
    output.args = (tuple(value for value, keep in zip(output.args[0], kept, strict=True) if keep),)  # type: ignore[arg-type]
    specs[:] = [spec for spec, keep in zip(specs, kept, strict=True) if keep]


def _check_parameters(model: nn.Module) -> None:
    for name, tensor in [*model.named_parameters(), *model.named_buffers()]:
        inexact = tensor.dtype.is_floating_point or tensor.dtype.is_complex
        if inexact and tensor.dtype != torch.float32 and not isinstance(model, GraphModule):
            raise TcmError(
                f"parameters of type {dtype_name(tensor.dtype)} are not supported",
                where=name,
                expected="float32",
                got=dtype_name(tensor.dtype),
                hint="convert the model with .float()",
            )


@contextmanager
def _evaluation_mode(model: nn.Module) -> Iterator[None]:
    """Puts every module into evaluation mode, and back as it was."""
    modes = [(module, module.training) for module in model.modules()]
    try:
        for module, _ in modes:
            module.training = False
        yield
    finally:
        for module, training in modes:
            module.training = training


def _export_error(model: nn.Module, inputs: tuple[Tensor, ...], error: Exception) -> TcmError:
    """What to say of a model that torch.export does not take."""
    if "data-dependent" in str(error):
        return _data_dependent(error_line(error), first_line(error))
    try:
        with quiet(), torch.no_grad(), _evaluation_mode(model):
            model(*inputs)
    except Exception as own:
        return TcmError(
            "the model does not run on its example inputs",
            where=error_line(own),
            got=first_line(own),
            hint="check that model(*example_inputs) works",
        )
    if _is_in_a_packed_sequence(error):
        return TcmError(
            "packed sequences are not supported",
            where=error_line(error),
            expected="a recurrent layer on a tensor: all sequences are of one length",
            got="pack_padded_sequence or its like",
            hint="give the layer the padded tensor; for shorter sequences compile a model of their "
            "length, or a cell of one step with its state as input and output",
        )
    return TcmError(
        "torch.export cannot capture the model",
        where=error_line(error),
        expected="a model whose forward consists of tensor operators",
        got=first_line(error),
        hint="move Python code that works on the values of tensors out of forward",
    )


def _is_in_a_packed_sequence(error: Exception) -> bool:
    """Recurrent layers fail on nothing else in a model that runs."""
    frames = traceback.extract_tb(error.__traceback__)
    return any(Path(frame.filename).parts[-3:] in PACKED for frame in frames)


def _data_dependent(place: str | None, got: str) -> TcmError:
    return TcmError(
        "the model's shapes or branches depend on the values of its inputs",
        where=place,
        expected="static shapes and control flow",
        got=got,
        hint=STATIC_HINT,
    )


def _make_constants_row_major(module: GraphModule) -> None:
    """Weights in any memory format give the same float results, to the last bit."""
    for child in module.modules():
        for name, parameter in child.named_parameters(recurse=False):
            setattr(child, name, nn.Parameter(row_major(parameter), requires_grad=False))
        for name, buffer in child.named_buffers(recurse=False):
            setattr(child, name, row_major(buffer))


def _check_shapes(module: GraphModule) -> None:
    """All shapes are static and positive, all values of the program are plain tensors."""
    for node in module.graph.nodes:
        if node.op not in ("placeholder", "call_function"):
            continue
        value = node.meta.get("val")
        if isinstance(value, torch.SymInt | torch.SymFloat | torch.SymBool):
            raise _data_dependent(where(node), f"{node.target} gives a number")
        if not isinstance(value, Tensor):
            if node.op == "placeholder":
                raise TcmError(
                    "every input of the model must be a tensor",
                    where=node.name,
                    expected="a tensor",
                    got=type(value).__name__,
                    hint="wrap the model in a module whose forward takes tensors alone",
                )
            continue
        if node.op == "placeholder" and value.dtype not in INPUT_DTYPES:
            raise TcmError(
                f"inputs of type {dtype_name(value.dtype)} are not supported",
                where=f"input '{node.name}'",
                expected=EXPECTED_DTYPES,
                got=dtype_name(value.dtype),
                hint=dtype_hint(value.dtype),
            )
        dynamic = any(not isinstance(size, int) for size in value.shape)
        if dynamic and node.op == "placeholder":
            raise TcmError(
                "the program has dynamic shapes",
                where=f"input '{node.name}'",
                expected="static shapes",
                got=f"shape {list(value.shape)}",
                hint="export it without dynamic_shapes",
            )
        if dynamic:
            raise _data_dependent(where(node), f"{node.target} gives shape {list(value.shape)}")
        if value.numel() == 0:
            raise TcmError(
                "a tensor has no elements",
                where=where(node),
                expected="sizes of at least 1",
                got=f"{node.target} gives shape {list(value.shape)}",
                hint="take larger example inputs, or leave out what makes it empty",
            )
