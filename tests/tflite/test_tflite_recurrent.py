"""Operators of .tflite files that keep a state: public files, and forms that are refused.

The models of tests/tflite/recurrent_models.py run beside TFLite-Micro with all other operators'.
The public files are in ../shared/zoo/stateful beside the repository, or in stateful/ of TCM_ZOO;
without them their tests are skipped.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import has_emulator, needs_emulator
from model_writer import ModelWriter
from operator_models import OperatorModel
from recurrent_models import Change, lstm, svdf, wide_lstm
from sequences import check_c, check_reference, samples

from torch_cortex_m.errors import TcmError
from torch_cortex_m.frontend.tflite.importer import import_content
from torch_cortex_m.passes import run_passes
from torch_cortex_m.run.reference import Reference
from torch_cortex_m.target import CORES, HOST

ZOO = Path(os.environ.get("TCM_ZOO", Path(__file__).parents[3] / "shared" / "zoo"))
NAMES = ("dtln_noise_suppression", "keyword_scrambled_8bit", "micro_speech_lstm", "mnist_lstm")
FILES = [path for path in sorted(ZOO.glob("stateful/*.tflite")) if path.stem in NAMES]
PLACES = {
    name: target
    for name, target in {"host": HOST, **CORES}.items()
    if name == "host" or (name in ("cortex-m4", "cortex-m55") and has_emulator())
}
EACH_CHANGE = ("keyword_scrambled_8bit", "cortex-m4")
CALLS, CALLS_IN_C = 8, 3
MANY_CALLS = 200

needs_files = pytest.mark.skipif(not FILES, reason="the public files are not here")


@needs_files
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_public_file(path: Path) -> None:
    check_reference(path.read_bytes(), CALLS)


@needs_files
@pytest.mark.parametrize(
    ("path", "place"),
    [
        pytest.param(
            path,
            place,
            id=f"{path.stem}-{place}",
            marks=() if (path.stem, place) == EACH_CHANGE else pytest.mark.slow,
        )
        for path in FILES
        for place in PLACES
    ],
)
def test_public_file_in_c(path: Path, place: str) -> None:
    check_c([path.read_bytes()], PLACES[place], CALLS_IN_C)


@needs_files
@needs_emulator
@pytest.mark.slow
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
@pytest.mark.parametrize("core", ["cortex-m4", "cortex-m33", "cortex-m55"])
def test_long_sequences_of_public_files(path: Path, core: str) -> None:
    check_reference(path.read_bytes(), MANY_CALLS)
    check_c([path.read_bytes()], CORES[core], MANY_CALLS)


def test_states_begin_with_their_zero_points_and_are_kept() -> None:
    """The same input gives another output in the next call, and the first one after a reset."""
    model = lstm("kept", 5, 4, hidden=(1 / 128, 9))
    graph = run_passes(import_content(model.content))
    initial = {name: state.initial for name, state in graph.states.items()}
    assert [(int(data.min()), int(data.max())) for data in initial.values()] == [(9, 9), (0, 0)]
    reference, (sample,) = Reference(graph), samples(graph, 1)
    first, second = reference.run(sample)[0], reference.run(sample)[0]
    assert not np.array_equal(first, second)
    reference.reset()
    np.testing.assert_array_equal(reference.run(sample)[0], first)


def refused(model: OperatorModel) -> str:
    with pytest.raises(TcmError) as caught:
        import_content(model.content)
    return str(caught.value)


def operand(place: int, other: int | None) -> Change:
    """The first operator's operand at a place becomes the one at another, or none."""

    def change(writer: ModelWriter) -> None:
        inputs = writer.operators[0].inputs
        inputs[place] = -1 if other is None else inputs[other]

    return change


def tensor(place: int, **fields: Any) -> Change:
    """Other fields of the first operator's operand at a place."""

    def change(writer: ModelWriter) -> None:
        index = writer.operators[0].inputs[place]
        writer.tensors[index] = replace(writer.tensors[index], **fields)

    return change


def one_state(writer: ModelWriter) -> None:
    """Both operators have that of the first."""
    first, second = writer.operators
    second.inputs[4] = first.inputs[4]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"change": operand(1, None)}, "it has no input_to_input_weight"),
        ({"change": operand(9, 12)}, "it has peephole weights (input)"),
        ({"change": operand(16, 5)}, "it has projection weights"),
        ({"change": operand(20, 12)}, "it has layer normalization (input)"),
        ({"change": operand(12, None)}, "it has no input_bias"),
        ({"change": operand(18, None)}, "it has no hidden"),
        ({"change": operand(19, 18)}, "its cell is int8, not int16"),
        ({"change": operand(4, 5)}, "the input_to_gate_weight tensors differ in shape"),
        ({"change": tensor(0, dtype="float32")}, "its input is float32, not int8 or int16"),
        ({"change": tensor(0, dtype="int16")}, "its tensors are int16 and of another type at once"),
        ({"change": tensor(18, dtype="int16")}, "its hidden is int16"),
        ({"change": tensor(1, scales=-0.01)}, "the input_to_input_weight has no usable scale"),
        ({"change": tensor(1, scales=[0.1] * 6)}, "the input_to_input_weight has no usable scale"),
        ({"change": tensor(1, zero_points=3)}, "the weights have zero points"),
        ({"change": tensor(18, variable=False)}, "its hidden is not a variable tensor"),
        ({"change": tensor(18, shape=(6,))}, "argument 'initial_hidden' does not fit"),
        ({"change": tensor(19, shape=(2, 6))}, "argument 'initial_cell' does not fit"),
        ({"change": tensor(19, dtype="float32")}, "its cell is float32, not int16"),
        ({"change": tensor(19, zero_points=1)}, "the cell has a zero point"),
        ({"cell_scale": 0.0003}, "the cell has an unexpected scale"),
        ({"cell_scale": 2.0}, "the cell has an unexpected scale"),
        ({"FusedActivationFunction": 1}, "its fused activation (1) is not TANH"),
        ({"FusedActivationFunction": 0}, "its fused activation (0) is not TANH"),
        ({"DiagonalRecurrentTensors": True}, "its recurrent weights are diagonal"),
    ],
)
def test_forms_of_lstm_that_are_refused(fields: dict[str, Any], expected: str) -> None:
    text = refused(lstm("refused", 10, 6, **fields))
    assert expected in text
    assert "UNIDIRECTIONAL_SEQUENCE_LSTM" in text


def bias(values: list[int], dtype: str) -> Change:
    """Another bias of the input gate."""
    data = np.array(values, dtype)
    return tensor(12, dtype=dtype, data=data)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"change": tensor(18, dtype="int8")}, "its hidden is int8"),
        ({"change": bias([1] * 6, "int32")}, "its input_bias is int32"),
        ({"change": bias([1 << 50] * 6, "int64")}, "its bias is too large"),
        ({"change": tensor(0, zero_points=5)}, "its input has a zero point"),
        ({"change": tensor(18, zero_points=5)}, "its hidden has a zero point"),
        (
            {"change": tensor(1, dtype="int16", data=np.zeros((6, 10), np.int16))},
            "its input_to_input_weight is int16, not int8",
        ),
        ({"x": (1.0, 0), "weight_scale": 0.1}, "the scales of input values and weights"),
        ({"hidden": (1.0, 0), "weight_scale": 0.1}, "the scales of recurrent values and weights"),
    ],
)
def test_forms_of_lstm_of_int16_that_are_refused(fields: dict[str, Any], expected: str) -> None:
    text = refused(wide_lstm("refused", 10, 6, **fields))
    assert expected in text
    assert "UNIDIRECTIONAL_SEQUENCE_LSTM" in text


def test_a_bias_of_int64_beside_int8_is_refused() -> None:
    text = refused(lstm("refused", 10, 6, change=bias([1] * 6, "int64")))
    assert "its input_bias is int64" in text
    assert "int32 beside int8" in text


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"change": tensor(0, dtype="float32")}, "its input is float32, not int8"),
        ({"change": tensor(1, zero_points=3)}, "the weights have zero points"),
        ({"change": tensor(2, scales=[0.1] * 6)}, "the time_weight has no usable scale"),
        (
            {"change": tensor(3, shape=(5,), data=np.zeros(5, np.int32))},
            "argument 'bias' does not fit",
        ),
        ({"change": tensor(4, variable=False)}, "its state is not a variable tensor"),
        ({"change": tensor(4, shape=(1, 25))}, "argument 'state' does not fit"),
        ({"change": tensor(4, dtype="int16", zero_points=0)}, "argument 'time_weight' does not"),
        ({"change": one_state, "layers": 2}, "variable 'state_0' belongs to two operators"),
    ],
)
def test_forms_of_svdf_that_are_refused(fields: dict[str, Any], expected: str) -> None:
    text = refused(svdf("refused", 6, 6, 4, **fields))
    assert expected in text
    assert "SVDF" in text


@pytest.mark.parametrize("said", [0, -1, 4])
def test_svdf_whose_rank_does_not_fit(said: int) -> None:
    def change(writer: ModelWriter) -> None:
        writer.operators[0].options["Rank"] = said

    assert "argument 'rank' does not fit" in refused(svdf("refused", 6, 6, 4, change=change))
