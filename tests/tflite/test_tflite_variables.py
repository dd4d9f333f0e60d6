"""Variables of .tflite files: call after call the bytes of TFLite-Micro, and clear refusals."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from conftest import has_emulator
from model_writer import Content, ModelWriter, Subgraph
from operator_models import Quantization, activation
from sequences import check_c, check_reference, with_variables_shown

from torch_cortex_m.errors import TcmError
from torch_cortex_m.frontend.tflite.importer import import_content
from torch_cortex_m.passes import run_passes
from torch_cortex_m.target import CORES, HOST

ZOO = Path(os.environ.get("TCM_ZOO", Path(__file__).parents[3] / "shared" / "zoo"))
WAKE_WORDS = ("alexa_v1", "alexa_v2", "hey_mycroft", "okay_nabu", "vad")
PLACES = {
    name: target
    for name, target in {"host": HOST, **CORES}.items()
    if name == "host" or (name in ("cortex-m4", "cortex-m33", "cortex-m55") and has_emulator())
}
FRAMES = 200

Q: Quantization = (0.05, -7)
FRAME, WINDOW = (1, 2, 4), (1, 3, 4)


def handle(writer: ModelWriter, name: str) -> int:
    tensor = writer.tensor(f"{name}.handle", (), "resource")
    writer.operator("VAR_HANDLE", [], tensor, "VarHandleOptions", SharedName=name)
    return tensor


def assign(writer: ModelWriter, variable: int, value: int) -> None:
    writer.operator("ASSIGN_VARIABLE", [variable, value], [])


def read(writer: ModelWriter, variable: int, shape: tuple[int, ...], q: Quantization = Q) -> int:
    value = activation(writer, "read", shape, q)
    writer.operator("READ_VARIABLE", [variable], value)
    return value


def initialization(**values: np.ndarray) -> Subgraph:
    """The subgraph that assigns these constants to variables of these names."""
    writer = ModelWriter()
    for name, data in values.items():
        scale, zero_point = Q
        constant = writer.constant(f"{name}.initial", data, scales=scale, zero_points=zero_point)
        assign(writer, handle(writer, name), constant)
    return writer.subgraph([], [])


def concatenation(writer: ModelWriter, *values: int, frames: int) -> int:
    result = activation(writer, "frames", (1, frames, 4), Q)
    writer.operator("CONCATENATION", list(values), result, "ConcatenationOptions", Axis=1)
    return result


def last_frames(writer: ModelWriter, value: int, first: int, shape: tuple[int, ...]) -> int:
    result = activation(writer, "kept", shape, Q)
    ends = (0, first, 0), (1, first + shape[1], 4), (1, 1, 1)
    constants = [writer.constant("ends", np.array(each, np.int32)) for each in ends]
    writer.operator("STRIDED_SLICE", [value, *constants], result, "StridedSliceOptions")
    return result


def window(*others: Subgraph) -> Content:
    """Two new frames a call before the two oldest of the last three leave; all of five come out."""
    writer = ModelWriter()
    x = activation(writer, "x", FRAME, Q)
    if others:
        writer.operator("CALL_ONCE", [], [], "CallOnceOptions", InitSubgraphIndex=1)
    variable = handle(writer, "window")
    frames = concatenation(writer, read(writer, variable, WINDOW), x, frames=5)
    assign(writer, variable, last_frames(writer, frames, 2, WINDOW))
    return writer.write([x], [frames], others=others)


def exchange() -> Content:
    """Two variables take over each other's frames; a third one nobody reads."""
    writer = ModelWriter()
    x = activation(writer, "x", FRAME, Q)
    first, second, unread = (handle(writer, name) for name in ("first", "second", "unread"))
    older, oldest = read(writer, first, FRAME), read(writer, second, FRAME)
    assign(writer, second, older)
    assign(writer, first, x)
    assign(writer, unread, oldest)
    return writer.write([x], [concatenation(writer, oldest, older, x, frames=6)])


def read_again() -> Content:
    """What was assigned in this call is read in it."""
    writer = ModelWriter()
    x = activation(writer, "x", FRAME, Q)
    variable = handle(writer, "frame")
    before = read(writer, variable, FRAME)
    assign(writer, variable, x)
    after = read(writer, variable, FRAME)
    return writer.write([x], [concatenation(writer, before, after, frames=4)])


def never_assigned() -> Content:
    writer = ModelWriter()
    x = activation(writer, "x", FRAME, Q)
    writer.operator("CALL_ONCE", [], [], "CallOnceOptions", InitSubgraphIndex=1)
    value = read(writer, handle(writer, "constant"), FRAME)
    constant = np.arange(8, dtype=np.int8).reshape(FRAME)
    result = concatenation(writer, value, x, frames=4)
    return writer.write([x], [result], others=[initialization(constant=constant)])


INITIAL = np.arange(12, dtype=np.int8).reshape(WINDOW)
MODELS = {
    "window": window(),
    "window_with_initial_frames": window(initialization(window=INITIAL)),
    "initial_frames_of_another": window(initialization(other=INITIAL)),
    "exchange": exchange(),
    "read_again": read_again(),
    "never_assigned": never_assigned(),
}


@pytest.mark.parametrize("name", MODELS)
def test_calls_in_a_row(name: str) -> None:
    check_reference(MODELS[name], 7)


@pytest.mark.parametrize("place", PLACES)
def test_calls_in_a_row_in_c(place: str) -> None:
    check_c(list(MODELS.values()), PLACES[place], 5)


def test_the_initial_values_are_the_files() -> None:
    graph = import_content(MODELS["window_with_initial_frames"])
    np.testing.assert_array_equal(graph.states["window"].initial, INITIAL)
    graph = import_content(MODELS["window"])
    np.testing.assert_array_equal(graph.states["window"].initial, np.full(WINDOW, -7, np.int8))


def test_a_variable_that_nothing_reads_is_no_state() -> None:
    assert set(run_passes(import_content(MODELS["exchange"])).states) == {"first", "second"}


def message(content: bytes) -> str:
    with pytest.raises(TcmError) as caught:
        import_content(content)
    return str(caught.value)


def test_a_variable_that_is_assigned_twice() -> None:
    writer = ModelWriter()
    x = activation(writer, "x", FRAME, Q)
    variable = handle(writer, "frame")
    value = read(writer, variable, FRAME)
    assign(writer, variable, x)
    assign(writer, variable, value)
    text = message(writer.write([x], [value]))
    assert "variable 'frame' is assigned twice in one call" in text
    assert "operator 3 ASSIGN_VARIABLE" in text


@pytest.mark.parametrize(
    ("shape", "quantization", "got"),
    [((1, 4, 4), Q, "int8[1, 4, 4]"), (WINDOW, (0.25, -7), "scale=0.25")],
)
def test_a_variable_that_changes_its_type(
    shape: tuple[int, ...], quantization: Quantization, got: str
) -> None:
    writer = ModelWriter()
    x = activation(writer, "x", WINDOW, Q)
    variable = handle(writer, "window")
    assign(writer, variable, x)
    text = message(writer.write([x], [read(writer, variable, shape, quantization)]))
    assert "variable 'window' changes its type" in text
    assert "expected: int8[1, 3, 4] scale=0.05" in text
    assert got in text


def test_initial_values_of_another_shape() -> None:
    text = message(window(initialization(window=INITIAL[:, :2])))
    assert "variable 'window' changes its type" in text


def test_initial_values_that_are_computed() -> None:
    writer = ModelWriter()
    value = activation(writer, "value", WINDOW, Q)
    assign(writer, handle(writer, "window"), value)
    text = message(window(writer.subgraph([value], [])))
    assert "operator 0 CALL_ONCE: its subgraph assigns what is not constant" in text


def test_initial_values_that_come_late() -> None:
    writer = ModelWriter()
    x = activation(writer, "x", FRAME, Q)
    value = read(writer, handle(writer, "frame"), FRAME)
    writer.operator("CALL_ONCE", [], [], "CallOnceOptions", InitSubgraphIndex=1)
    result = concatenation(writer, value, x, frames=4)
    content = writer.write([x], [result], others=[initialization(frame=INITIAL[:, :2])])
    assert "CALL_ONCE: it does not come before what uses variables" in message(content)


def test_a_handle_from_elsewhere() -> None:
    writer = ModelWriter()
    x = activation(writer, "x", FRAME, Q)
    value = read(writer, writer.tensor("handle", (), "resource"), FRAME)
    text = message(writer.write([x], [concatenation(writer, value, x, frames=4)]))
    assert "READ_VARIABLE, output 'read': its variable is not the result of a VAR_HANDLE" in text


def test_a_variable_of_truth_values() -> None:
    writer = ModelWriter()
    value = writer.tensor("mask", (4,), "bool")
    assign(writer, handle(writer, "mask"), value)
    text = message(writer.write([value], [value]))
    assert "its value is bool, not int8 or int16 or int32 or float32" in text


def wake_words(names: Sequence[str], *, shown: bool) -> list[bytes]:
    """``shown``: with all that their variables are given as outputs, too."""
    contents = [(ZOO / "stateful" / f"{name}.tflite").read_bytes() for name in names]
    return [with_variables_shown(each) for each in contents] if shown else contents


@pytest.mark.skipif(not ZOO.is_dir(), reason="the public files are not here")
@pytest.mark.parametrize(
    ("frames", "shown"),
    [(30, True), *(pytest.param(FRAMES, s, marks=pytest.mark.slow) for s in (False, True))],
)
@pytest.mark.parametrize("name", WAKE_WORDS)
def test_public_wake_words(name: str, frames: int, shown: bool) -> None:
    (content,) = wake_words([name], shown=shown)
    check_reference(content, frames)


@pytest.mark.skipif(not ZOO.is_dir(), reason="the public files are not here")
@pytest.mark.parametrize(
    ("names", "place", "shown"),
    [
        *((("vad", "alexa_v1"), place, False) for place in PLACES if place != "cortex-m33"),
        *(
            pytest.param(WAKE_WORDS, place, shown, marks=pytest.mark.slow)
            for place in PLACES
            for shown in (False, True)
        ),
    ],
)
def test_public_wake_words_in_c(names: tuple[str, ...], place: str, shown: bool) -> None:
    check_c(wake_words(names, shown=shown), PLACES[place], FRAMES)
