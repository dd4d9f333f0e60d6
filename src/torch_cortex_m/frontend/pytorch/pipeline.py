"""import_pytorch: a PyTorch model becomes a graph."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any

from torch import nn
from torch.export import ExportedProgram
from torch.fx import GraphModule

from ...ir import Graph, verify
from ...ops.integers.accumulators import check_accumulators
from ...stages import stage
from ..bindings import Binding
from .bound_states import bind_states
from .calibrate import Calibration, quantize
from .capture import capture
from .clean import clean
from .importer import Lost, import_quantized
from .program import complete_values
from .quantized import is_quantized
from .support import check_constants, check_no_control_flow, check_supported

Dump = Callable[[str, str], None]


def import_pytorch(
    model: nn.Module | ExportedProgram | str | os.PathLike[str],
    example_inputs: Any,
    calibration: Calibration = None,
    *,
    states: Sequence[Binding] = (),
    name: str = "model",
    dump: Dump | None = None,
    lost: Lost | None = None,
) -> Graph:
    """The int8 graph of a model.

    Args:
        model: an nn.Module (put into evaluation mode for the capture, and not changed), an
            ExportedProgram, or the path of a .pt2 file; float32, or quantized by PT2E already.
        example_inputs: tuple of tensors with the shapes that the compiled model will have; may be
            None for a program that carries its own.
        calibration: input tuples of the same shapes, or a function that gives them for the names
            of the model's inputs; without it example_inputs calibrate, with a
            warning. A program that is quantized already needs none. Of a model with states they
            are calls one after the other, from the initial states on.
        states: inputs of the model that become states, and the outputs that update them; they are
            among example_inputs, but not in the calibration data.
        name: the graph's name.
        dump: called with the name and the text of the fx program after each stage.
        lost: called with the graph's values and what quantization costs each, as far as that is
            known; nothing is measured without it, nor for a program that is quantized already.

    The graph's inputs and outputs are float32 in the user's shapes; quantize and dequantize nodes
    stand at its edges. Raises TcmError for a model or for data that cannot be compiled.
    """
    measure = lost is not None
    program = quantized_program(model, example_inputs, calibration, states, dump, measure)
    with stage("graph"):
        graph = import_quantized(program, name, lost)
        verify(graph)
        check_accumulators(graph)
    return graph


def quantized_program(
    model: nn.Module | ExportedProgram | str | os.PathLike[str],
    example_inputs: Any,
    calibration: Calibration = None,
    states: Sequence[Binding] = (),
    dump: Dump | None = None,
    measure_losses: bool = False,
) -> GraphModule:
    """The model as an fx program with quantize and dequantize nodes: what ``import_pytorch``
    turns into a graph, and what PyTorch can run."""
    module, inputs = capture(model, example_inputs)
    inputs = bind_states(module, states, inputs)
    check_no_control_flow(module)
    complete_values(module)
    quantized = is_quantized(module)
    _dump(dump, "captured", module)
    check_constants(module, masks=True)
    with stage("simpler operators"):
        clean(module, quantized=quantized)
    _dump(dump, "cleaned", module)
    check_constants(module, masks=False)
    check_supported(module)
    if not quantized:
        module = quantize(module, calibration, inputs, measure_losses)
        _dump(dump, "quantized", module)
    return module


def _dump(dump: Dump | None, stage: str, module: GraphModule) -> None:
    if dump is not None:
        dump(stage, f"{module.graph}\n")
