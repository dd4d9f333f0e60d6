"""What a compiled model of the zoo must be: exact everywhere, and as good as its quantization.

Exact: the reference, the C on the host and the C on emulated cores give equal bytes.

As good: PT2E's converted program is the model with the same scales, computed in float between
quantize and dequantize nodes. Its mean absolute error to the float model is what quantization
costs. Ours may be one step of the output larger: an integer operator is within a step of the
rounded real value, so that the last one alone may add so much; what those before it add is of the
kind and the size of the rounding that the converted program has in the same places.

And near: as both round the same real values, they differ where a rounding falls otherwise: by
MEAN_DISTANCE on average, or, where layers amplify roundings, by what those of the converted program
cost it. That tells a bias that the first bound hides where quantization costs much.

The samples of a model with states are calls in a row; so are those that calibrate it.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from frontend.frontend_checks import randomize
from torch import Tensor, nn
from torch.fx import Interpreter
from torch.utils import _pytree as pytree

from torch_cortex_m import TcmError
from torch_cortex_m.frontend.bindings import read_bindings
from torch_cortex_m.frontend.pytorch.importer import import_quantized
from torch_cortex_m.frontend.pytorch.pipeline import quantized_program
from torch_cortex_m.frontend.pytorch.states import Calls
from torch_cortex_m.generate import generate_all
from torch_cortex_m.ir import Graph, verify
from torch_cortex_m.model.ports import from_port, to_port
from torch_cortex_m.ops.integers.accumulators import check_accumulators
from torch_cortex_m.ops.rules.case_data import random_data
from torch_cortex_m.passes import run_passes
from torch_cortex_m.run.reference import Reference
from torch_cortex_m.runner import Runner
from torch_cortex_m.target import Target

from .record import Model

CALIBRATION_SAMPLES = 12
CALIBRATION_CALLS = 30
"""The least for each, the second where states have to settle."""

GAIN = 3.0**0.5
"""PyTorch's initial weights shrink a signal by this in every layer; trained ones do not."""

TELLING_STEPS = 3.0
"""The least standard deviation of an output in its steps: of one that hardly moves, any program
would be right."""

MEAN_DISTANCE = 2.0
"""The most steps of the output between ours and the converted program."""

UNEQUAL_INDICES = 0.15
"""Of the elements of an integer output: the share that may differ from the float model's beyond
what the converted program has, where two candidates are a step apart."""

Arrays = list[np.ndarray]
Sample = tuple[Tensor, ...]


class WrongError(AssertionError):
    """A compiled model is not what it must be."""


@dataclass(frozen=True)
class Compiled:
    """A model's graph behind all passes, with samples in the form of the graph's inputs and, of
    each, the reference's outputs, call after call."""

    name: str
    graph: Graph
    samples: Sequence[Arrays]
    expected: Sequence[Arrays]


def build(model: Model) -> nn.Module:
    """The module with seeded weights, in evaluation mode."""
    torch.manual_seed(1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of old spellings
        module = randomize(model.factory())
    with torch.no_grad():
        for each in module.modules():
            weight = each._parameters.get("weight")
            if isinstance(each, nn.Linear | nn.modules.conv._ConvNd) and weight is not None:
                weight.mul_(GAIN)
    return module.eval()


def compiled(model: Model) -> Compiled:
    """The model behind frontend and passes, after a look at its error to float.

    Raises TcmError where it does not compile, WrongError where its results are not good enough.
    """
    count = CALIBRATION_CALLS if model.remembers else CALIBRATION_SAMPLES
    data = model.samples(count, seed=2)
    judged = model.samples(model.calls, seed=3)
    example = (*data[0], *(torch.zeros(state.shape) for state in model.states.values()))
    states = {name: state.output for name, state in model.states.items()}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of old spellings, and of units that never change
        program = quantized_program(build(model), example, data, read_bindings(states))
    graph = import_quantized(program, model.name)
    verify(graph)
    check_accumulators(graph)
    graph = run_passes(graph)
    if model.remembers != bool(graph.states):
        raise WrongError(f"{len(graph.states)} states")
    samples = [_as_ports(graph, sample) for sample in judged]
    results = _in_a_row(graph, samples)
    got = [
        [
            from_port(graph, port, array, raw=False)
            for port, array in zip(graph.outputs, result, strict=True)
        ]
        for result in results
    ]
    calls = Calls(Interpreter(program))
    with torch.no_grad():
        converted = [_leaves(calls.run(*_cloned(sample))) for sample in judged]
    _check_errors(graph, _expected(model, judged), converted, got)
    random = _random_sample(graph)
    ran = [*samples, random] if graph.states else [samples[0], random]
    return Compiled(model.name, graph, ran, _in_a_row(graph, ran))


def _expected(model: Model, samples: Sequence[Sample]) -> list[Arrays]:
    """What the float model gives, from its initial states on."""
    module = build(model)
    states = [torch.zeros(state.shape) for state in model.states.values()]
    expected: list[Arrays] = []
    for sample in samples:
        with torch.no_grad():
            outputs = module(*_cloned(sample), *states)
        if not isinstance(outputs, dict):
            outputs = dict(enumerate(pytree.tree_leaves(outputs)))
        states = [outputs.pop(state.output) for state in model.states.values()]
        expected.append(_leaves(list(outputs.values())))
    return expected


def _in_a_row(graph: Graph, samples: Sequence[Arrays]) -> list[Arrays]:
    reference = Reference(graph)
    return [reference.run(sample) for sample in samples]


def _cloned(sample: Sample) -> Sample:
    return tuple(tensor.clone() for tensor in sample)


def _leaves(outputs: Any) -> Arrays:
    return [output.detach().numpy() for output in pytree.tree_leaves(outputs)]


def _as_ports(graph: Graph, sample: tuple[Tensor, ...]) -> Arrays:
    return [
        to_port(graph, port, tensor.numpy(), raw=False)
        for port, tensor in zip(graph.inputs, sample, strict=True)
    ]


def _random_sample(graph: Graph) -> Arrays:
    rng = np.random.default_rng(4)
    return [random_data(rng, graph.types[port.value]) for port in graph.inputs]


def _check_errors(
    graph: Graph, expected: list[Arrays], converted: list[Arrays], got: list[Arrays]
) -> None:
    """Each output's mean absolute error to the float model, over all samples."""
    for index, port in enumerate(graph.outputs):
        right, fake, ours = (
            np.stack([sample[index] for sample in run]) for run in (expected, converted, got)
        )
        if ours.shape != right.shape:
            raise WrongError(f"output {index} has shape {ours.shape[1:]}, not {right.shape[1:]}")
        quantization = graph.types[port.value].quantization
        if quantization is None:
            _check_integers(index, right, fake, ours)
        else:
            _check_reals(index, right, fake, ours, quantization.scale)


def _check_reals(
    index: int, right: np.ndarray, fake: np.ndarray, ours: np.ndarray, step: float
) -> None:
    spread = float(right.std()) / step
    if spread < TELLING_STEPS:
        raise WrongError(f"output {index} hardly moves: {spread:.1f} steps of {step:.2g}")
    cost = _distance(fake, right) / step
    error = _distance(ours, right) / step
    if not error <= cost + 1:
        raise WrongError(f"output {index} is {error:.2f} steps off, the converted one {cost:.2f}")
    distance = _distance(ours, fake) / step
    if not distance <= max(cost, MEAN_DISTANCE):
        raise WrongError(f"output {index} is {distance:.2f} steps from the converted program's")


def _distance(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.abs(one - other).mean())


def _check_integers(index: int, right: np.ndarray, fake: np.ndarray, ours: np.ndarray) -> None:
    bound = float((fake != right).mean()) + UNEQUAL_INDICES
    error = float((ours != right).mean())
    if not error <= bound:
        raise WrongError(
            f"output {index}: {error:.2f} of the elements differ, more than {bound:.2f}"
        )


def differences(models: Sequence[Compiled], target: Target) -> dict[str, str]:
    """Name -> what is wrong on this place, of the models that do not give the reference's bytes.

    They share an image; if that fails, each gets one of its own.
    """
    try:
        return _differences(models, target)
    except TcmError as error:
        if len(models) == 1:
            return {models[0].name: str(error)}
    return {name: text for one in models for name, text in differences([one], target).items()}


def _differences(models: Sequence[Compiled], target: Target) -> dict[str, str]:
    graphs = {f"zoo_{index}": model.graph for index, model in enumerate(models)}
    programs = [generated.program for generated in generate_all(graphs, target)]
    order = [(index, sample) for index, model in enumerate(models) for sample in model.samples]
    with Runner(programs, target) as runner:
        executions = runner.run((index, _bytes(sample)) for index, sample in order)
    expected = [result for model in models for result in model.expected]
    return {
        models[index].name: f"other bytes than the reference's on {target.name}"
        for (index, _), execution, result in zip(order, executions, expected, strict=True)
        if list(execution.outputs) != _bytes(result)
    }


def _bytes(arrays: Iterable[np.ndarray]) -> list[bytes]:
    return [array.tobytes() for array in arrays]


def refusal(error: TcmError) -> frozenset[str]:
    """What an error refuses: the names of operators, or its sentence where it is not about them."""
    if "cannot be compiled" not in error.what:
        return frozenset({error.what})
    lines = [line.strip() for line in str(error.got).strip().splitlines()]
    return frozenset(line.partition(" at ")[0] for line in lines)


def faults(models: Iterable[Model], places: Iterable[Target]) -> dict[str, str]:
    """Name -> what is wrong, of the models that are not what they must be."""
    found: dict[str, str] = {}
    whole: list[Compiled] = []
    for model in models:
        expected = model.not_yet | model.refused
        try:
            whole.append(compiled(model))
            got = frozenset[str]()
        except TcmError as error:
            got = refusal(error)
        except Exception as error:  # one model's crash must not hide the others
            found[model.name] = f"{type(error).__name__}: {error}"
            continue
        if got != expected:
            found[model.name] = f"refused for {_listed(got)}, not for {_listed(expected)}"
    for place in places:
        found |= differences(whole, place) if whole else {}
    return found


def _listed(names: frozenset[str]) -> str:
    return ", ".join(sorted(names)) or "nothing"
