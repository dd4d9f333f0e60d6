"""MLPerf Tiny's official int8 models, unedited: the same bytes as other runtimes give."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import numpy as np
import numpy_dense
import pytest
import torch
from cmsis_nn import CmsisNN
from conftest import needs_emulator
from judges import litert, litert_tensors, tflite_micro

import torch_cortex_m as tcm
from torch_cortex_m.frontend.tflite.importer import import_content
from torch_cortex_m.frontend.tflite.reader import read_model
from torch_cortex_m.generate import generate
from torch_cortex_m.ir import Graph, Node, Port
from torch_cortex_m.ops.linear.op import Linear
from torch_cortex_m.ops.linear.reference import reference
from torch_cortex_m.passes import run_passes
from torch_cortex_m.target import find_target

FOLDER = Path(os.environ.get("MLPERF_TINY") or Path(__file__).parents[3] / "shared" / "mlperf_tiny")
SAMPLES = 60
AD_SCALE, AD_ZERO_POINT = np.float32(0.3910152316093445), 89

pytestmark = pytest.mark.skipif(
    not (FOLDER / "kws_int8.tflite").exists(), reason="MLPerf Tiny's models are not here"
)


@cache
def content(name: str) -> bytes:
    return (FOLDER / f"{name}_int8.tflite").read_bytes()


@cache
def samples(name: str) -> np.ndarray:
    """Real samples in the form of the model's int8 input, a seeded choice."""
    with np.load(FOLDER / f"{name}01.npz") as arrays:
        data = arrays["x"]
    if name == "ad":
        clips = data.reshape(len(data), -1)
        data = np.lib.stride_tricks.sliding_window_view(clips, 640, axis=1)[:, ::128]
        data = data.reshape(-1, 640)
    data = data[np.random.default_rng(0).choice(len(data), SAMPLES, replace=False)]
    if name == "ad":
        return np.clip(np.round(data / AD_SCALE) + AD_ZERO_POINT, -128, 127).astype(np.int8)
    if name == "kws":
        return data.reshape(-1, 49, 10, 1)
    return (data.astype(np.int16) - 128).astype(np.int8)


@cache
def compiled(name: str, target: str = "cortex-m4") -> tcm.CompiledModel:
    return tcm.compile(FOLDER / f"{name}_int8.tflite", target=target)


def one_by_one(data: np.ndarray) -> list[list[np.ndarray]]:
    return [[sample[None]] for sample in data]


@pytest.mark.parametrize("name", ["kws", "ic", "vww", "ad"])
def test_host_equals_tflite_micro(name: str) -> None:
    """Every byte of every sample."""
    data = samples(name)
    expected = tflite_micro(content(name), one_by_one(data))
    (outputs,) = compiled(name).run_arrays([data], raw=True)
    assert outputs.tobytes() == np.concatenate([output for (output,) in expected]).tobytes()


@pytest.mark.parametrize("name", ["kws", "ic", "vww"])
def test_host_equals_litert(name: str) -> None:
    """Every byte, except where the one rounding of LiteRT's FULLY_CONNECTED gives another: the
    layers before it are equal for every sample, and where it is equal so is the output."""
    data = samples(name)
    (dense,) = (o for o in read_model(content(name)).main.operators if o.name == "FULLY_CONNECTED")
    places = [dense.inputs[0], dense.outputs[0]]
    last = np.concatenate([output for (output,) in litert(content(name), one_by_one(data))])
    outputs, dense_inputs, dense_outputs = _with_dense_values(name, data)
    equal = 0
    for index, sample in enumerate(data):
        before, after = litert_tensors(content(name), sample[None], places)
        assert dense_inputs[index].tobytes() == before.tobytes()
        difference = np.abs(dense_outputs[index].astype(int) - after)
        assert difference.max() <= 1
        same = outputs[index].tobytes() == last[index].tobytes()
        assert same or difference.max() == 1
        equal += same
    print(f"{name}: {equal} of {SAMPLES} samples equal LiteRT in every byte")
    assert equal >= 50


def _with_dense_values(name: str, data: np.ndarray) -> list[np.ndarray]:
    """The outputs, and the inputs and outputs of the fully connected layer, on the host build."""
    graph = import_content(content(name))
    (dense,) = (node for node in graph.nodes if isinstance(node.op, Linear))
    for value in (dense.inputs[0], dense.output):
        assert value is not None
        graph.outputs.append(Port(value, graph.types[value].shape, keeps_layout=True))
    model = tcm.CompiledModel(generate(run_passes(graph), find_target("cortex-m4")))
    return model.run_arrays([data], raw=True)


def test_autoencoder_equals_a_model_in_numpy() -> None:
    data = samples("ad")
    (outputs,) = compiled("ad").run_arrays([data], raw=True)
    assert outputs.tobytes() == numpy_dense.run(content("ad"), data)[-1].tobytes()


def test_autoencoder_differs_from_litert_by_one_in_a_layer() -> None:
    """On equal inputs the two ways to round differ by one at most; ten layers amplify that."""
    graph = import_content(content("ad"))
    model = read_model(content("ad")).main
    places = [operator.outputs[0] for operator in model.operators]
    different = 0
    for sample in samples("ad")[:20]:
        values = [sample[None], *litert_tensors(content("ad"), sample[None], places)]
        for node, given, expected in zip(graph.nodes, values, values[1:], strict=False):
            output = linear_reference(node, graph, given)
            difference = np.abs(output.astype(int) - expected)
            assert difference.max() <= 1
            different += int(difference.sum())
    assert different > 0


def linear_reference(node: Node, graph: Graph, input: np.ndarray) -> np.ndarray:
    tensors = [torch.from_numpy(input)]
    tensors += [torch.from_numpy(graph.constants[name]) for name in node.inputs[1:] if name]
    return reference(node.op, *tensors).numpy()


def check_emulated(name: str, target: str, count: int) -> None:
    data = samples(name)[:count]
    model = compiled(name, target)
    (outputs,) = model.run_arrays([data], on="emulator", raw=True)
    (expected,) = compiled(name).run_arrays([data], raw=True)
    assert outputs.tobytes() == expected.tobytes()


@needs_emulator
@pytest.mark.parametrize("name", ["ad", "kws"])
def test_equals_a_linked_cmsis_nn(name: str, cmsis_nn: CmsisNN) -> None:
    """The same file with CMSIS-NN's own functions as kernels, on an emulated core."""
    library = cmsis_nn.library("cortex-m4")
    model = tcm.compile(
        FOLDER / f"{name}_int8.tflite",
        target="cortex-m4",
        kernels="cmsis-nn",
        cmsis_nn_include=library.include,
        cmsis_nn_library=library.path,
    )
    assert any(layer.kernel.endswith("cmsis_nn") for layer in model.report.layers)
    data = samples(name)[:3]
    (outputs,) = model.run_arrays([data], on="emulator", raw=True)
    (expected,) = compiled(name).run_arrays([data], raw=True)
    assert outputs.tobytes() == expected.tobytes()


@needs_emulator
@pytest.mark.parametrize("target", ["cortex-m4", "cortex-m55"])
@pytest.mark.parametrize("name", ["kws", "ic", "vww", "ad"])
def test_emulated_core_equals_host(name: str, target: str) -> None:
    check_emulated(name, target, 1)


@needs_emulator
@pytest.mark.slow
@pytest.mark.parametrize(
    "target", ["cortex-m0plus", "cortex-m4", "cortex-m7", "cortex-m33", "cortex-m55"]
)
@pytest.mark.parametrize("name", ["kws", "ic", "vww", "ad"])
def test_three_samples_on_every_core(name: str, target: str) -> None:
    check_emulated(name, target, 3)
