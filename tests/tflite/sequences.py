"""Calls in a row of .tflite models with a state, beside TFLite-Micro."""

from __future__ import annotations

from collections.abc import Sequence

import flatbuffers
import numpy as np
import pytest
from judges import tflite_micro

from torch_cortex_m.frontend.tflite.importer import import_content
from torch_cortex_m.generate import generate
from torch_cortex_m.ir import Graph
from torch_cortex_m.passes import run_passes
from torch_cortex_m.run.reference import Reference
from torch_cortex_m.runner import Runner
from torch_cortex_m.target import Target

Sample = list[np.ndarray]


def samples(graph: Graph, count: int) -> list[Sample]:
    """Random integers in the types of the inputs."""
    rng = np.random.default_rng(0)
    types = [graph.types[port.value] for port in graph.inputs]
    return [
        [rng.integers(*each.limits, each.shape, endpoint=True).astype(each.dtype) for each in types]
        for _ in range(count)
    ]


def with_variables_shown(content: bytes) -> bytes:
    """The model with everything that its variables are given as further outputs."""
    schema = pytest.importorskip("tflite_micro.tensorflow.lite.micro.python.schema_py_generated")
    tables = schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(content, 0))
    codes = [max(c.builtinCode, c.deprecatedBuiltinCode) for c in tables.operatorCodes]
    graph, assign = tables.subgraphs[0], schema.BuiltinOperator.ASSIGN_VARIABLE
    given = [each.inputs[1] for each in graph.operators if codes[each.opcodeIndex] == assign]
    assert given
    graph.outputs = np.array([*graph.outputs, *given], np.int32)
    builder = flatbuffers.Builder(1024)
    builder.Finish(tables.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def judged(content: bytes, count: int) -> tuple[Graph, list[Sample], list[Sample]]:
    """The graph after all passes, samples of calls in a row, and what TFLite-Micro gives then."""
    graph = run_passes(import_content(content))
    given = samples(graph, count)
    return graph, given, tflite_micro(content, given, len(graph.outputs))


def check_reference(content: bytes, count: int) -> None:
    graph, given, expected = judged(content, count)
    reference = Reference(graph)
    for sample, outputs in zip(given, expected, strict=True):
        for got, wanted in zip(reference.run(sample), outputs, strict=True):
            np.testing.assert_array_equal(got, wanted)


def check_c(contents: Sequence[bytes], target: Target, count: int) -> None:
    """All models in one image."""
    models = [judged(content, count) for content in contents]
    programs = [
        generate(graph, target, prefix=f"model_{index}").program
        for index, (graph, _, _) in enumerate(models)
    ]
    calls = [
        (index, [array.tobytes() for array in sample])
        for index, (_, given, _) in enumerate(models)
        for sample in given
    ]
    with Runner(programs, target) as runner:
        runs = iter(runner.run(calls))
    for _, _, expected in models:
        for outputs in expected:
            assert list(next(runs).outputs) == [array.tobytes() for array in outputs]
