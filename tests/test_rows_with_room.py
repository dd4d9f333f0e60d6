"""Values that are computed with room between their rows, and values that must not be."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import has_emulator
from small_graphs import Builder, prove

from torch_cortex_m.plan import plan_memory

TARGETS = ["host", *(["cortex-m4"] if has_emulator() else [])]


@pytest.mark.parametrize("target", TARGETS)
def test_rows_with_room_lie_in_rows_that_touch(target: str, tmp_path: Path) -> None:
    """What keeps room for other channels keeps it where both lie among other rows."""
    build = Builder()
    x = build.input(1, 3, 4, 5)
    inner = build.node("concatenate", x, x, axis=3)
    wide = build.node("concatenate", build.conv(x, 3), inner, axis=3)
    build.output(build.conv(build.node("concatenate", wide, build.conv(x, 13), axis=1), 2))
    plan = prove(build, target, tmp_path).generated.plan
    assert plan.strides[inner] == 13


@pytest.mark.parametrize("target", TARGETS)
def test_a_result_with_rows_that_touch_is_copied_to_where_they_do_not(
    target: str, tmp_path: Path
) -> None:
    build = Builder()
    x = build.input(1, 3, 4, 5)
    inner = build.node("concatenate", x, x, axis=3)
    build.output(inner, build.node("concatenate", build.conv(x, 3), inner, axis=3))
    plan = prove(build, target, tmp_path).generated.plan
    assert inner not in plan.strides


def joined(build: Builder, *values: str, axis: int = 3) -> str:
    return build.node("concatenate", *values, axis=axis)


@pytest.mark.parametrize("target", TARGETS)
def test_rows_with_room_have_room_between_their_parts(target: str, tmp_path: Path) -> None:
    build = Builder()
    x = build.input(1, 3, 4, 5)
    inner = joined(build, x, x)
    wide = joined(build, inner, build.conv(x, 3))
    build.output(joined(build, build.conv(x, 2), wide))
    plan = prove(build, target, tmp_path).generated.plan
    assert plan.strides[inner] == plan.strides[wide] == 15


def test_what_is_several_rows_is_no_part_of_rows_with_room() -> None:
    build = Builder()
    x = build.input(1, 1, 2, 5)
    images = joined(build, build.conv(x, 5), build.conv(x, 5), axis=1)
    other = build.conv(build.input(1, 2, 2, 5), 3)
    build.output(build.conv(joined(build, images, other), 2))
    nodes = {node.name for node in build.graph.nodes}
    plan = plan_memory(build.graph, {}, {}, strided=nodes)
    assert plan.strides[images] == 8
    assert images not in {node for node, _ in plan.hosted}


def twice(build: Builder, inner: str) -> None:
    build.output(joined(build, inner, inner))


def for_another_layer(build: Builder, inner: str) -> None:
    build.output(joined(build, inner, build.conv(inner, 3)), build.conv(inner, 2))


def of_several_rows(build: Builder, inner: str) -> None:
    """A part of whole images: its rows touch there."""
    other = build.conv(build.graph.inputs[0].value, 10)
    build.output(joined(build, inner, other, axis=1))


@pytest.mark.parametrize("read", [twice, for_another_layer, of_several_rows])
@pytest.mark.parametrize("target", TARGETS)
def test_what_else_reads_a_value_finds_its_rows_side_by_side(
    target: str, read: Callable[[Builder, str], None], tmp_path: Path
) -> None:
    build = Builder()
    x = build.input(2, 3, 4, 5)
    inner = joined(build, x, x)
    read(build, inner)
    assert inner not in prove(build, target, tmp_path).generated.plan.strides


def test_one_of_several_outputs_has_no_room_between_its_rows() -> None:
    build = Builder()
    first, second = build.split(build.input(1, 3, 4, 6), 3, 2)
    build.output(joined(build, second, first))
    plan = plan_memory(build.graph, {}, {}, strided={first})
    assert not plan.strides
