"""Kernels that may overwrite an argument give the reference's bytes where they do."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np
import pytest
from conftest import needs_emulator
from drawn_layers import drawn_layers

from torch_cortex_m import ops
from torch_cortex_m.generate import Generated, generate_all
from torch_cortex_m.ir import Graph, Port, TensorType
from torch_cortex_m.ops.base import Case, Kernel
from torch_cortex_m.ops.rules.case_graph import case_graph
from torch_cortex_m.runner import Runner
from torch_cortex_m.select import layer_of
from torch_cortex_m.target import find_target
from torch_cortex_m.testing import reference_outputs

PER_IMAGE = 60

CLAIMS = [
    (operator, kernel)
    for operator, definition in ops.definitions().items()
    for kernel in definition.kernels
    if kernel.provider == "ours" and kernel.in_place is not Kernel("").in_place
]
"""Kernels, with the names of their operators, that may overwrite an argument in some layers."""


def overwritable(case: Case, kernel: Kernel) -> Iterator[str]:
    """The arguments of more than one element that the kernel says the output may overwrite."""
    graph = case_graph(case)
    layer = layer_of(graph, graph.nodes[0])
    for name in kernel.in_place(layer) if kernel.computes(layer) else ():
        fits = layer.types[name].elements > 1 and layer.output_bytes <= layer.types[name].bytes
        if fits and name in case.given():
            yield name


@cache
def layers_of(operator: str, count: int) -> tuple[Case, ...]:
    return (*drawn_layers(operator, seed=3, count=count), *ops.cases(operator))


def claimed(operator: str, kernel: Kernel, count: int) -> list[tuple[Case, str]]:
    """Up to ``count`` layers for each argument that the kernel may overwrite, drawn ones first,
    because their data are the most different."""
    found: dict[str, list[tuple[Case, str]]] = {}
    for case in layers_of(operator, 3 * count):
        for name in overwritable(case, kernel):
            found.setdefault(name, []).append((case, name))
    return [each for name in found for each in found[name][:count]]


def overwriting(case: Case, argument: str) -> Graph:
    """The operator on an argument that is computed and that nobody reads later; the output is read
    by the next node, backwards."""
    graph = Graph("case")
    values: list[str | None] = []
    for name in case.op.tensor_names():
        data = case.tensors.get(name)
        if data is None:
            values.append(None)
        elif name == argument:
            values.append(_every_second(graph, TensorType(data.shape, str(data.dtype))))
        elif name in case.given():
            values.append(graph.add_input(name, TensorType(data.shape, str(data.dtype))))
        else:
            values.append(graph.add_constant(name, data))
    output = graph.add_node(case.op, tuple(values), "output")
    count = graph.types[output].elements
    flat = graph.add_node(ops.operator("reshape", shape=(count,)), (output,), "flat")
    backwards = ops.operator("slice", begin=(count - 1,), size=(count,), step=(-1,))
    graph.outputs.append(Port(graph.add_node(backwards, (flat,), "backwards"), (count,)))
    return graph


def _every_second(graph: Graph, type_: TensorType) -> str:
    """A value of this type, which a node takes from an input of twice as many elements."""
    given = graph.add_input("twice", type_.with_shape((2 * type_.elements,)))
    half = ops.operator("slice", begin=(0,), size=(type_.elements,), step=(2,))
    taken = graph.add_node(half, (given,), "taken")
    return graph.add_node(ops.operator("reshape", shape=type_.shape), (taken,), "argument")


def inputs_of(case: Case, argument: str) -> list[bytes]:
    arrays = ((name, np.asarray(case.tensors[name])) for name in case.given())
    return [(np.repeat(a, 2) if name == argument else a).tobytes() for name, a in arrays]


def shares(item: Generated) -> bool:
    """Whether the output lies where the argument was."""
    places = item.plan.locations
    return places["output"] == places["argument"]


def check(count: int) -> None:
    target = find_target("cortex-m55")  # which runs the kernels of all cores
    layers = [
        (kernel.name, case, argument)
        for operator, kernel in CLAIMS
        for case, argument in claimed(operator, kernel, count)
    ]
    for start in range(0, len(layers), PER_IMAGE):
        part = layers[start : start + PER_IMAGE]
        graphs = {f"case_{i}": overwriting(case, arg) for i, (_, case, arg) in enumerate(part)}
        forced = {f"case_{i}": {"output": kernel} for i, (kernel, *_) in enumerate(part)}
        generated = generate_all(graphs, target, forced=forced)
        runs = [(i, inputs_of(case, argument)) for i, (_, case, argument) in enumerate(part)]
        with Runner([item.program for item in generated], target, checked=True) as runner:
            executions = runner.run(runs)
        for layer, item, execution in zip(part, generated, executions, strict=True):
            kernel, case, argument = layer
            message = f"{kernel} in place of '{argument}': {case.name}, {case.op}"
            assert shares(item), message
            (expected,) = reference_outputs(case)
            assert execution.outputs[0] == np.ravel(expected)[::-1].tobytes(), message


@needs_emulator
def test_some_layers_of_every_kernel() -> None:
    check(count=1)


@needs_emulator
@pytest.mark.slow
def test_many_layers_of_every_kernel() -> None:
    check(count=60)
