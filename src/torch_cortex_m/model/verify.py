"""reference = host = emulated core, sample by sample or layer by layer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ..errors import TcmError
from ..ir import Graph
from ..runner import Runner
from .ports import as_run


def verify_samples(
    graph: Graph, samples: Sequence[list[np.ndarray]], runners: Mapping[str, Runner]
) -> None:
    """Raises TcmError at the first byte that differs from the reference.

    samples: a sequence of calls, each the inputs in the form of the graph's ports.
    runners: place -> what runs the graph there; a traced one is compared after every layer.
    """
    expected = reference_values(graph, samples)
    outputs = [port.value for port in graph.outputs]
    for place, runner in runners.items():
        layer_outputs = [layer.outputs for layer in runner.programs[0].layers]
        for index, execution in enumerate(runner.run(map(as_run, samples))):
            values = expected[index]
            for trace in execution.layers:
                for name, data in zip(layer_outputs[trace.index], trace.outputs, strict=True):
                    _compare(place, index, name, values, data)
            for name, data in zip(outputs, execution.outputs, strict=True):
                _compare(place, index, name, values, data)


def reference_values(
    graph: Graph, samples: Sequence[list[np.ndarray]]
) -> list[dict[str, np.ndarray]]:
    """Every value of the graph in each of a sequence of calls, by the exact reference."""
    from ..run.reference import Reference

    reference = Reference(graph)
    calls = []
    for sample in samples:
        values = dict(graph.constants)
        reference.run(sample, values.__setitem__)
        calls.append(values)
    return calls


def _compare(
    place: str, sample: int, name: str, expected: dict[str, np.ndarray], data: bytes
) -> None:
    reference = np.ascontiguousarray(expected[name])
    if reference.tobytes() == data:
        return
    got = np.frombuffer(data, reference.dtype)
    flat = reference.reshape(-1)
    different = np.flatnonzero(flat.view(np.uint8) != got.view(np.uint8))
    first = int(different[0]) // reference.itemsize
    raise TcmError(
        f"{place} differs from the reference",
        where=f"sample {sample}, '{name}', element {first} of {flat.size}",
        expected=flat[first],
        got=got[first],
        hint="this is a defect of torch-cortex-m: please report it with the model",
    )
