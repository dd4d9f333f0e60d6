"""Every element type, from a graph's constants, states and ports to memory, files and arrays."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from conftest import needs_emulator
from hypothesis import given, settings
from hypothesis import strategies as st

from torch_cortex_m import load
from torch_cortex_m.emit.arrays import C_TYPES
from torch_cortex_m.errors import TcmError
from torch_cortex_m.generate import generate
from torch_cortex_m.ir import (
    DTYPES,
    Graph,
    GraphError,
    Limits,
    Port,
    Quantization,
    TensorType,
    limits,
    verify,
)
from torch_cortex_m.model import CompiledModel
from torch_cortex_m.ops.integers.arithmetic import dequantize_array, quantize_array
from torch_cortex_m.ops.reshape.op import Reshape
from torch_cortex_m.ops.rules.case_data import generator, random_data
from torch_cortex_m.target import CORES, HOST, Target

SHAPE, NEW_SHAPE = (2, 3, 2), (3, 4)
INTEGERS = [name for name, dtype in DTYPES.items() if dtype.limits is not None]
TARGETS = [HOST, CORES["cortex-m4"], CORES["cortex-m55"]]

every_type = pytest.mark.parametrize("dtype", DTYPES)


def elements(dtype: str, seed: str = "") -> np.ndarray:
    """Any values of the type, its ends among them."""
    data = random_data(generator(f"{dtype} {seed}"), TensorType(SHAPE, dtype))
    if dtype in INTEGERS:
        data.reshape(-1)[:2] = limits(dtype)
    return data


def reshaping(dtype: str) -> Graph:
    """input -> reshape -> output; a constant -> reshape -> output; a state that becomes the input
    and comes out reshaped."""
    graph = Graph("reshaping")
    type_ = TensorType(SHAPE, dtype)
    value = graph.add_input("input", type_)
    constant = graph.add_constant("constant", elements(dtype, "constant"), dtype)
    state = graph.add_state("state", elements(dtype, "state"))
    graph.types[state] = type_
    graph.set_update(state, value)
    for source in (value, constant, state):
        result = graph.add_node(Reshape(NEW_SHAPE), (source,), f"{source}_reshaped")
        graph.outputs.append(Port(result, NEW_SHAPE))
    verify(graph)
    return graph


def check(compiled: CompiledModel, dtype: str) -> None:
    """Two calls of the model everywhere: what is in the state and the constant comes out of it."""
    inputs = [elements(dtype, "first"), elements(dtype, "second")]
    both = np.concatenate(inputs)
    for place in (*compiled.places, "reference"):
        given, constant, state = compiled.run_arrays([both], on=place, raw=True)
        assert {str(array.dtype) for array in (given, constant, state)} == {DTYPES[dtype].storage}
        for call, data in enumerate(inputs):
            here = slice(3 * call, 3 * call + 3)
            before = elements(dtype, "state") if call == 0 else inputs[0]
            assert np.array_equal(given[here], data.reshape(NEW_SHAPE)), place
            assert np.array_equal(constant[here], elements(dtype, "constant").reshape(NEW_SHAPE))
            assert np.array_equal(state[here], before.reshape(NEW_SHAPE)), place
    assert compiled.verify(random=2) == 2


@needs_emulator
@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
@every_type
def test_every_type_goes_in_through_and_out(dtype: str, target: Target) -> None:
    compiled = CompiledModel(generate(reshaping(dtype), target))
    program = compiled.generated.program
    assert program.input_bytes == (12 * DTYPES[dtype].bytes,)
    assert f"const {C_TYPES[dtype]} *" in program.files[f"{program.prefix}.h"]
    check(compiled, dtype)


@every_type
def test_every_type_is_saved_and_loaded(dtype: str, tmp_path: Path) -> None:
    compiled = CompiledModel(generate(reshaping(dtype), HOST))
    loaded = load(compiled.save(tmp_path / "out"))
    assert loaded.graph.types == compiled.graph.types
    assert loaded.generated.program.files == compiled.generated.program.files
    check(loaded, dtype)


@pytest.mark.parametrize("value", [-9, 8])
def test_int4_is_narrower_than_what_stores_it(value: int) -> None:
    graph = reshaping("int4")
    wrong = elements("int4")
    wrong[0, 0, 0] = value
    compiled = CompiledModel(generate(graph, HOST))
    with pytest.raises(TcmError, match="values that int4 does not have") as raised:
        compiled.run_arrays([wrong], raw=True)
    assert raised.value.expected == "-8 to 7"
    graph.constants["constant"] = wrong
    with pytest.raises(GraphError, match="constant %constant has values outside int4"):
        verify(graph)


@every_type
def test_what_is_not_quantized_is_no_matter_of_raw(dtype: str) -> None:
    compiled = CompiledModel(generate(reshaping(dtype), HOST))
    data = elements(dtype)
    raw, real = (compiled.run_arrays([data], raw=raw) for raw in (True, False))
    assert all(np.array_equal(a, b) and a.dtype == b.dtype for a, b in zip(raw, real, strict=True))
    with pytest.raises(TcmError, match="wrong dtype") as raised:
        compiled.run_arrays([data.astype(np.float64)])
    storage = DTYPES[dtype].storage
    assert raised.value.expected == storage
    assert f"astype(numpy.{storage}" in str(raised.value.hint)


@pytest.mark.parametrize("place", ["host", "reference"])
def test_a_number_alone_keeps_its_rank(place: str) -> None:
    graph = Graph("scalar")
    value = graph.add_input("input", TensorType((), "int16"))
    graph.outputs.append(Port(graph.add_node(Reshape(()), (value,), "result"), ()))
    compiled = CompiledModel(generate(graph, HOST))
    (result,) = compiled.run_arrays([np.array(-300, np.int16)], on=place, raw=True)
    assert (result.shape, int(result)) == ((), -300)


def quantized(dtype: str, quantization: Quantization) -> CompiledModel:
    graph = Graph("quantized")
    value = graph.add_input("input", TensorType(SHAPE, dtype, quantization))
    result = graph.add_node(Reshape(NEW_SHAPE), (value,), "result", quantization=quantization)
    graph.outputs.append(Port(result, NEW_SHAPE))
    return CompiledModel(generate(graph, HOST))


@pytest.mark.parametrize("dtype", INTEGERS)
def test_quantized_integers_have_the_limits_of_their_type(dtype: str) -> None:
    low, high = limits(dtype)
    compiled = quantized(dtype, Quantization(0.5, 3))
    data = np.zeros(SHAPE, np.float32)
    data.reshape(-1)[:5] = [-np.inf, np.inf, 1.0, 0.25, -1e30]
    (real,) = compiled.run_arrays([data])
    assert real.dtype == np.float32
    ends = [np.float32(0.5) * np.float32(end - 3) for end in (low, high)]
    assert real.reshape(-1)[:5].tolist() == [*ends, 1.0, 0.0, ends[0]]
    integers = elements(dtype)
    (raw,) = compiled.run_arrays([integers], raw=True)
    assert raw.dtype == DTYPES[dtype].storage
    assert np.array_equal(raw, integers.reshape(NEW_SHAPE))
    assert compiled.verify(data, random=0, on="host") == 1
    assert compiled.verify(integers, random=0, on="host") == 1
    with pytest.raises(TcmError, match="wrong dtype") as raised:
        compiled.run_arrays([data], raw=True)
    assert raised.value.expected == DTYPES[dtype].storage


@pytest.mark.parametrize("ties_away", [False, True])
@given(dtype=st.sampled_from(INTEGERS), data=st.data())
@settings(deadline=None)
def test_quantize_array_saturates_exactly(ties_away: bool, dtype: str, data: st.DataObject) -> None:
    """With scale 1 the integers are Python's own, clipped by Python."""
    low, high = limits(dtype)
    zero_point = data.draw(st.integers(max(low, -(1 << 20)), min(high, 1 << 20)))
    real = data.draw(st.floats(-(2.0**70), 2.0**70, width=32))
    whole = round(real) if abs(real) < 2**23 else int(real)
    if ties_away and abs(real) < 2**23:
        whole = int(np.copysign(np.floor(abs(real) + 0.5), real))
    wanted = min(max(int(float(whole) + zero_point), low), high)
    result = quantize_array(np.array([real], np.float32), 1.0, zero_point, ties_away, dtype)
    assert (str(result.dtype), int(result[0])) == (DTYPES[dtype].storage, wanted)


@pytest.mark.parametrize("dtype", INTEGERS)
def test_dequantize_array_takes_every_integer(dtype: str) -> None:
    low, high = limits(dtype)
    values = np.array([low, high], DTYPES[dtype].storage)
    wanted = [np.float32(0.25) * np.float32(float(end) - 5.0) for end in (low, high)]
    assert dequantize_array(values, 0.25, 5).tolist() == wanted


def test_limits_follow_from_bits() -> None:
    for dtype in set(INTEGERS) - {"int4"}:
        info = np.iinfo(dtype)
        assert limits(dtype) == (info.min, info.max)
    assert limits("int4") == (-8, 7)
    assert Limits(-8, 7).negated() == (-7, 8)
    assert Limits(-8, 7).span == 15
    with pytest.raises(ValueError, match="no integer type"):
        limits("bool")
