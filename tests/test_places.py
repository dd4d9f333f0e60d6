"""Several outputs, parts, views and states: reference = host = emulated cores, call after call."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import needs_emulator
from small_graphs import CALLS, Builder, Q, compiled, prove

from torch_cortex_m.ir import TensorType
from torch_cortex_m.ops.rules.case_data import generator, random_data

TARGETS = ("host", "cortex-m4", "cortex-m55")


@needs_emulator
@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(("axis", "size"), [(1, 2), (3, 3)])
def test_a_node_with_two_outputs(target: str, axis: int, size: int, tmp_path: Path) -> None:
    build = Builder()
    first, second = build.split(build.conv(build.input(1, 5, 4, 6), 7), axis, size)
    build.output(build.conv(second, 3), first)
    program = prove(build, target, tmp_path).generated.program
    is_view = axis == 1
    assert any("split" in layer.kernel for layer in program.layers) != is_view


@needs_emulator
@pytest.mark.parametrize("target", TARGETS)
def test_an_output_that_nobody_reads_has_its_own_memory(target: str, tmp_path: Path) -> None:
    build = Builder()
    _, second = build.split(build.input(1, 2, 3, 8), 3, 5)
    build.output(build.conv(second, 4))
    prove(build, target, tmp_path)


@needs_emulator
@pytest.mark.parametrize("target", TARGETS)
def test_a_slice_of_rows_is_an_address(target: str, tmp_path: Path) -> None:
    build = Builder()
    rows = build.node(
        "slice", build.conv(build.input(1, 6, 3, 4), 5), begin=(0, 2, 0, 0), size=(1, 3, 3, 5)
    )
    build.output(build.conv(rows, 4), rows)
    program = prove(build, target, tmp_path).generated.program
    assert [layer.op for layer in program.layers] == ["conv2d", "conv2d"]


@needs_emulator
@pytest.mark.parametrize("target", TARGETS)
def test_what_a_node_reads_elsewhere_is_not_overwritten(target: str, tmp_path: Path) -> None:
    """The rows times the first of them, which is a view: the product may not lie there. Times all
    of them under another shape, it might."""
    build = Builder()
    rows = build.conv(build.input(1, 3, 2, 4), 5)
    first = build.node("slice", rows, begin=(0, 0, 0, 0), size=(1, 1, 2, 5))
    times: dict[str, Any] = {"input_offset": 3, "multiplier": 1 << 30, "shift": -5}
    product = build.node("mul", rows, first, **times)
    all_rows = build.node("reshape", product, shape=(3, 2, 5))
    square = build.node("mul", product, all_rows, **times)
    build.output(build.conv(square, 3))
    locations = prove(build, target, tmp_path).generated.plan.locations
    assert locations[product] != locations[rows]


@needs_emulator
@pytest.mark.parametrize("target", TARGETS)
def test_rows_that_are_computed_in_their_place(target: str, tmp_path: Path) -> None:
    """A chain of three, which are computed where they belong: nothing is copied."""
    build = Builder()
    x = build.input(1, 4, 3, 5)
    parts = [build.conv(x, 6) for _ in range(3)]
    joined = build.node("concatenate", parts[0], parts[1], axis=1)
    joined = build.node("concatenate", joined, parts[2], axis=1)
    build.output(build.conv(joined, 2))
    generated = prove(build, target, tmp_path).generated
    assert len(generated.plan.hosted) == 4
    assert "concatenate_bytes__ref(" not in generated.program.files["model.c"]


@needs_emulator
@pytest.mark.parametrize("target", TARGETS)
def test_what_cannot_lie_in_its_place_is_copied(target: str, tmp_path: Path) -> None:
    """An input of the model, the same value twice, an output of the model, and a constant."""
    build = Builder()
    x = build.input(1, 2, 3, 4)
    y = build.conv(x, 4)
    constant = build.graph.add_constant("c", np.arange(12, dtype=np.int8).reshape(1, 1, 3, 4))
    joined = build.node("concatenate", x, y, axis=1)
    twice = build.node("concatenate", joined, joined, axis=1)
    build.output(build.node("concatenate", twice, constant, axis=1), y)
    prove(build, target, tmp_path)


@needs_emulator
@pytest.mark.parametrize("target", TARGETS)
def test_channels_leave_room_for_others(target: str, tmp_path: Path) -> None:
    """The inner concatenation's rows lie in the outer one's, on every target."""
    build = Builder()
    x = build.input(1, 3, 4, 5)
    inner = build.node("concatenate", x, x, axis=3)
    build.output(build.node("concatenate", build.conv(x, 3), inner, axis=3))
    plan = prove(build, target, tmp_path).generated.plan
    assert plan.strides[inner] == 13


@needs_emulator
def test_a_convolution_leaves_room_for_other_channels(tmp_path: Path) -> None:
    build = Builder()
    x = build.input(1, 3, 5, 8)
    y, z = build.conv(x, 6), build.conv(x, 4)
    build.output(build.conv(build.node("concatenate", y, z, axis=3), 3))
    kernels = {y: "conv2d_s8__columns_dsp", z: "conv2d_s8__columns_dsp"}
    model = compiled(build, "cortex-m4", kernels)
    assert model.generated.plan.strides == {y: 10, z: 10}
    assert model.verify(random=CALLS, layers=True) == CALLS


def delay_line(length: int, initial: np.ndarray) -> Builder:
    """The last ``length`` frames of 6 values, and a layer that reads them."""
    build = Builder()
    frame = build.input(1, 1, 1, 6)
    state = build.graph.add_state("frames", initial.reshape(1, 1, length, 6), Q)
    kept = build.node("slice", state, begin=(0, 0, 1, 0), size=(1, 1, length - 1, 6))
    frames = build.node("concatenate", kept, frame, axis=2)
    build.graph.set_update(state, frames)
    build.output(build.conv(frames, 3))
    return build


@needs_emulator
@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("initial", ["zeros", "ones", "random"])
def test_a_delay_line(target: str, initial: str, tmp_path: Path) -> None:
    data = {"zeros": np.zeros(24), "ones": np.ones(24), "random": np.arange(24)}[initial]
    model = prove(delay_line(4, data.astype(np.int8)), target, tmp_path)
    assert model.generated.plan.state_bytes == 32
    assert "void model_reset(void)" in model.generated.program.files["model.h"]
    frames = np.concatenate(
        [random_data(generator(str(i)), TensorType((1, 1, 1, 6))) for i in range(5)]
    )
    for place in ("reference", *model.places):
        (first,), (second,) = (model.run_arrays([frames], on=place, raw=True) for _ in range(2))
        assert np.array_equal(first, second), "every run begins with the initial state"
        (tail,) = model.run_arrays([frames[1:]], on=place, raw=True)
        assert not np.array_equal(first[1:], tail), "what came before counts"


def test_a_state_is_not_overwritten_by_what_reads_it(tmp_path: Path) -> None:
    build = Builder()
    initial = np.arange(16, dtype=np.int8).reshape(1, 1, 4, 4)
    state = build.graph.add_state("state", initial, Q)
    turned = build.node("transpose", state, permutation=(0, 1, 3, 2))
    build.graph.set_update(state, turned)
    build.output(build.node("concatenate", turned, build.input(1, 1, 4, 1), axis=3))
    prove(build, "host", tmp_path)


@needs_emulator
@pytest.mark.parametrize("target", TARGETS)
def test_states_that_take_over_each_other(target: str, tmp_path: Path) -> None:
    """Two swap, one follows, one keeps, one counts: all are read before any is written."""
    build = Builder()
    x = build.input(1, 1, 1, 4)
    names = ["a", "b", "follows", "keeps", "layer"]
    data = [np.full((1, 1, 1, 4), 10 * index, np.int8) for index in range(5)]
    a, b, follows, keeps, layer = (
        build.graph.add_state(name, initial, Q) for name, initial in zip(names, data, strict=True)
    )
    build.graph.set_update(a, b)
    build.graph.set_update(b, a)
    build.graph.set_update(follows, x)
    build.graph.set_update(layer, build.conv(layer, 4))
    sum_of = [build.conv(value, 4) for value in (a, follows, keeps)]
    build.output(*sum_of, b, layer)
    prove(build, target, tmp_path)


@needs_emulator
@pytest.mark.parametrize("target", ["host", "cortex-m4"])
def test_reset_begins_anew(target: str) -> None:
    from torch_cortex_m.run import Run
    from torch_cortex_m.runner import Runner

    model = compiled(delay_line(3, np.arange(18, dtype=np.int8)), target)
    frames = [[bytes([i] * 6)] for i in range(3)]
    with Runner([model.generated.program], model.target) as runner:
        sequence = [Run(0, frame) for frame in frames]
        again = [Run(0, frames[0], reset=True), *sequence[1:]]
        outputs = [e.outputs for e in runner.run([*sequence, *again, *sequence])]
    assert outputs[:3] == outputs[3:6]
    assert outputs[6] != outputs[0]


def test_a_state_that_no_output_needs_is_dropped() -> None:
    build = delay_line(3, np.zeros(18, np.int8))
    unread = build.graph.add_state("unread", np.zeros((1, 1, 1, 6), np.int8))
    build.graph.set_update(unread, "x")
    build.graph.remove_unused()
    assert list(build.graph.states) == ["frames"]


def test_what_updates_the_states_that_update_a_state_is_kept() -> None:
    build = Builder()
    value = build.input(1, 1, 1, 6)
    names = [build.graph.add_state(name, np.zeros((1, 1, 1, 6), np.int8), Q) for name in "abc"]
    for name in names:
        build.graph.set_update(name, build.conv(value, 6))
        value = name
    build.output(build.conv(value, 6))
    build.graph.remove_unused()
    assert list(build.graph.states) == names
    assert len(build.graph.nodes) == 4


def test_the_report_tells_what_is_copied() -> None:
    """A part of a split that is no view, a transpose, and the part of a concatenation that is not
    computed where it belongs."""
    build = Builder()
    x = build.input(1, 2, 3, 4)
    first, _ = build.split(x, 3, 1)
    turned = build.node("transpose", first, permutation=(0, 2, 1, 3))
    back = build.node("reshape", turned, shape=(1, 2, 3, 1))
    joined = build.node("concatenate", build.conv(x, 5), back, axis=3)
    build.output(joined, back)
    report = compiled(build, "cortex-m4").report
    copied = {layer.op: layer.copied_bytes for layer in report.layers}
    assert copied == {"split": 24, "transpose": 6, "conv2d": 0, "concatenate": 6}
    assert report.copied_bytes == 36
    assert "copies left: 36 B in 3 layers" in str(report)
    assert report.as_data()["total"]["copied_bytes"] == 36
