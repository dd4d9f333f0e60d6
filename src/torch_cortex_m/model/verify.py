"""reference = host = emulated core = board, sample by sample or layer by layer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..errors import DEFECT, TcmError
from ..ir import Graph
from ..run import Board, Run
from ..runner import Runner
from .exact import exact_reference
from .ports import as_run

Sample = list[np.ndarray]


def verify_sequences(
    graph: Graph,
    sequences: Sequence[Sequence[Sample]],
    runners: Mapping[str, Runner | Board],
    own: str = "",
) -> None:
    """Raises TcmError at the first byte that differs from the reference.

    sequences: of calls one after the other, each the inputs in the form of the graph's ports; every
    sequence begins with the initial states.
    runners: place -> what runs the graph there; a traced one is compared after every layer.
    own: layers with kernels of the user's, which may be what differs.
    """
    expected = [values for calls in sequences for values in reference_values(graph, calls)]
    outputs = [port.value for port in graph.outputs]
    for place, runner in runners.items():
        layer_outputs = [layer.outputs for layer in runner.programs[0].layers]
        for index, execution in enumerate(runner.run(_runs(sequences))):
            values = expected[index]
            for trace in execution.layers:
                for name, data in zip(layer_outputs[trace.index], trace.outputs, strict=True):
                    _compare(place, index, name, values, data, own)
            for name, data in zip(outputs, execution.outputs, strict=True):
                _compare(place, index, name, values, data, own)


def _runs(sequences: Sequence[Sequence[Sample]]) -> list[Run]:
    """The first call of each sequence with a reset."""
    return [
        Run(*as_run(sample), reset=index == 0)
        for calls in sequences
        for index, sample in enumerate(calls)
    ]


def reference_values(graph: Graph, samples: Sequence[Sample]) -> list[dict[str, np.ndarray]]:
    """Every value of the graph in each of a sequence of calls, by the exact reference."""
    reference = exact_reference(graph)
    calls = []
    for sample in samples:
        values = dict(graph.constants)
        reference.run(sample, values.__setitem__)
        calls.append(values)
    return calls


def _compare(
    place: str, sample: int, name: str, expected: dict[str, np.ndarray], data: bytes, own: str
) -> None:
    found = first_difference(expected[name], data)
    if found is None:
        return
    raise TcmError(
        f"{place} differs from the reference",
        where=f"sample {sample}, '{name}', element {found.first} of {found.elements}",
        expected=found.expected,
        got=found.got,
        hint=f"{own}: layers with kernels of your own. --layers (layers=True) tells which one"
        if own
        else DEFECT,
    )


class Difference(NamedTuple):
    """The first element that is not the reference's: its index among all ``elements``, and both
    values."""

    first: int
    elements: int
    expected: Any
    got: Any


def first_difference(expected: np.ndarray, data: bytes) -> Difference | None:
    reference = np.ascontiguousarray(expected)
    if reference.tobytes() == data:
        return None
    got = np.frombuffer(data, reference.dtype)
    flat = reference.reshape(-1)
    different = np.flatnonzero(flat.view(np.uint8) != got.view(np.uint8))
    first = int(different[0]) // reference.itemsize
    return Difference(first, flat.size, flat[first], got[first])
