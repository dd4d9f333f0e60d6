"""Every TensorFlow Lite operator: what the compiled C gives is what other runtimes give."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from judges import litert, tflite_micro
from operator_models import OperatorModel

from torch_cortex_m.build import build_image
from torch_cortex_m.frontend.tflite.builtins import builtins
from torch_cortex_m.frontend.tflite.importer import import_content
from torch_cortex_m.frontend.tflite.reader import read_model
from torch_cortex_m.generate import generate_all
from torch_cortex_m.ir import Graph
from torch_cortex_m.passes import run_passes
from torch_cortex_m.run import execute
from torch_cortex_m.run.reference import Reference
from torch_cortex_m.target import HOST

SAMPLES = 4

MODELS: list[OperatorModel] = [
    model
    for path in sorted(Path(__file__).parent.glob("*_models.py"))
    for model in import_module(path.stem).MODELS
]


def has_float_edges(model: OperatorModel) -> bool:
    return any(dtype == "float32" for _, dtype in model.inputs)


def as_port(array: np.ndarray) -> np.ndarray:
    """uint8 data of a model are int8 data of the graph."""
    return (array.astype(np.int16) - 128).astype(np.int8) if array.dtype == np.uint8 else array


def compiled_outputs(model: OperatorModel, graph: Graph) -> list[list[np.ndarray]]:
    """One call after the other, as other runtimes have them."""
    reference = Reference(graph)
    return [
        reference.run([as_port(array) for array in sample]) for sample in model.samples(SAMPLES)
    ]


def largest_difference(got: list[list[np.ndarray]], expected: list[list[np.ndarray]]) -> float:
    """Over all samples and outputs; shapes and types must agree."""
    largest = 0.0
    for outputs, others in zip(got, expected, strict=True):
        for output, other in zip(outputs, others, strict=True):
            comparable = as_port(other)
            assert (output.shape, output.dtype) == (comparable.shape, comparable.dtype)
            difference = np.abs(output.astype(np.float64) - comparable.astype(np.float64))
            largest = max(largest, float(difference.max()))
    return largest


def by_name(model: OperatorModel) -> str:
    return model.name


@pytest.mark.parametrize("model", [each for each in MODELS if each.litert], ids=by_name)
def test_equals_litert(model: OperatorModel) -> None:
    """As imported, and after the passes."""
    expected = litert(model.content, model.samples(SAMPLES))
    graph = import_content(model.content)
    for form in (graph, run_passes(graph, float_io=has_float_edges(model))):
        difference = largest_difference(compiled_outputs(model, form), expected)
        assert difference <= (1 if model.rounds_once else 0)


@pytest.mark.parametrize("model", [each for each in MODELS if each.micro], ids=by_name)
def test_equals_tflite_micro(model: OperatorModel) -> None:
    expected = tflite_micro(model.content, model.samples(SAMPLES), model.outputs)
    graph = run_passes(import_content(model.content), float_io=has_float_edges(model))
    assert largest_difference(compiled_outputs(model, graph), expected) == 0


def test_the_emitted_c_gives_the_same(tmp_path: Path) -> None:
    """All models in one image for this computer."""
    graphs = {
        f"model_{index}": run_passes(import_content(model.content), float_io=has_float_edges(model))
        for index, model in enumerate(MODELS)
    }
    programs = [generated.program for generated in generate_all(graphs, HOST)]
    image = build_image(programs, HOST, tmp_path / "image")
    runs = [
        (index, [as_port(array).tobytes() for array in sample])
        for index, model in enumerate(MODELS)
        for sample in model.samples(1)
    ]
    executions = iter(execute(image.path, HOST, programs, runs))
    for model, graph in zip(MODELS, graphs.values(), strict=True):
        reference = Reference(graph)
        for sample in model.samples(1):
            execution = next(executions)
            expected = reference.run([as_port(array) for array in sample])
            assert execution.status == 0
            for got, output in zip(execution.outputs, expected, strict=True):
                assert got == np.ascontiguousarray(output).tobytes(), model.name


def test_every_declared_operator_has_models() -> None:
    used = {each.name for model in MODELS for each in read_model(model.content).main.operators}
    assert set(builtins()) <= used
