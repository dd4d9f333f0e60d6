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

    samples: inputs in the form of the graph's ports. runners: place -> what runs the graph there;
    a traced one is compared after every layer.
    """
    expected = [reference_values(graph, sample) for sample in samples]
    outputs = [port.value for port in graph.outputs]
    for place, runner in runners.items():
        names = [layer.name for layer in runner.programs[0].layers]
        for index, execution in enumerate(runner.run(map(as_run, samples))):
            values = expected[index]
            for trace in execution.layers:
                _compare(place, index, names[trace.index], values, trace.output)
            for name, data in zip(outputs, execution.outputs, strict=True):
                _compare(place, index, name, values, data)


def reference_values(graph: Graph, sample: list[np.ndarray]) -> dict[str, np.ndarray]:
    """Every value of the graph for one sample, by the exact reference."""
    from ..run.reference import run_reference

    values: dict[str, np.ndarray] = {
        port.value: array for port, array in zip(graph.inputs, sample, strict=True)
    }
    values |= graph.constants

    def observe(name: str, value: np.ndarray) -> None:
        values[name] = value

    run_reference(graph, sample, observe)
    return values


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
