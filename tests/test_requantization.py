"""The fast ways of requantization: equal to the definition for every accumulator in range."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from torch_cortex_m.ir import TensorType
from torch_cortex_m.ops.base import Layer
from torch_cortex_m.ops.depthwise_conv2d.op import DepthwiseConv2d
from torch_cortex_m.ops.integers.requantization import (
    ANY,
    NON_NEGATIVE,
    RIGHT,
    Channel,
    Limits,
    Requantization,
    choose_requantization,
    output_of,
)
from torch_cortex_m.ops.integers.torch_arithmetic import requantize_to_int8
from torch_cortex_m.ops.packing.dsp import can_be_compact

MULTIPLIERS = st.one_of(st.integers(1 << 30, (1 << 31) - 1), st.sampled_from([0, 1, 1 << 30]))
LIMITS = st.builds(
    lambda offset, low, span: Limits(offset, low, min(low + span, 127)),
    st.integers(-128, 127),
    st.integers(-128, 127),
    st.integers(0, 255),
)


def compute(accumulator: int, found: Requantization, index: int, limits: Limits) -> int:
    """What the C does, in exact integers; fails where an intermediate value leaves int32."""
    scaled = accumulator << int(found.scales[index])
    addend, shift = int(found.addends[index]), int(found.shifts[index])
    product = scaled * int(found.multipliers[index])
    if found.way == RIGHT:
        value = addend + (-1 if scaled < 0 else 0) + ((product + (1 << 31)) >> 32)
    else:
        value, shift = addend + (product >> 32), found.common_shift
    assert -(1 << 31) <= scaled < 1 << 31
    assert -(1 << 31) <= value < 1 << 31
    saturated = min(max(value >> shift, -128), 127)
    return min(max(saturated, limits.activation_min), limits.activation_max)


def layer_of(
    weight: np.ndarray,
    bias: np.ndarray,
    multipliers: Sequence[int],
    shifts: Sequence[int],
    limits: Limits,
    input_offset: int,
) -> Layer:
    op = DepthwiseConv2d(
        input_offset=input_offset,
        output_offset=limits.output_offset,
        activation_min=limits.activation_min,
        activation_max=limits.activation_max,
    )
    constants = {
        "bias": bias,
        "multipliers": np.array(multipliers, np.int32),
        "shifts": np.array(shifts, np.int32),
    }
    output = TensorType((1, 1, 1, len(weight)), "int8")
    return Layer(op, {}, (output,), constants)


def choose(weight: np.ndarray, *numbers: Any) -> Requantization:
    """``numbers``: as of layer_of."""
    return choose_requantization(layer_of(weight, *numbers), weight)


@given(st.data(), st.integers(0, 2**32 - 1), LIMITS, st.integers(-127, 128))
@settings(max_examples=200)
def test_every_way_is_exact(data: st.DataObject, seed: int, limits: Limits, offset: int) -> None:
    """On both sides of every step of the outputs, which never fall: so everywhere."""
    rng = np.random.default_rng(seed)
    count, taps = int(rng.integers(1, 5)), int(rng.integers(1, 60))
    weight = rng.integers(-128, 128, (count, taps)) // data.draw(st.sampled_from([1, 8, 100]))
    bias = rng.integers(-100000, 100000, count) // data.draw(st.sampled_from([1, 1000]))
    multipliers = data.draw(st.lists(MULTIPLIERS, min_size=count, max_size=count))
    least = data.draw(st.integers(-31, 0) | st.integers(-3, 0))
    shifts = rng.integers(least, min(least + data.draw(st.integers(1, 12)), 2), count).tolist()
    found = choose(weight, bias.astype(np.int32), multipliers, shifts, limits, offset)
    if found.way == ANY:
        return
    for index in range(count):
        low, high = (
            int((np.where(weight[index] > 0, more, less) + offset) @ weight[index] + bias[index])
            for more, less in ((-128, 127), (127, -128))
        )
        channel = Channel(low, high, multipliers[index], -shifts[index])
        for accumulator in (low, high, *steps(channel, limits)):
            expected = output_of(accumulator, channel, limits)
            assert compute(accumulator, found, index, limits) == expected


def steps(channel: Channel, limits: Limits) -> Iterator[int]:
    """The last accumulator before each step of the output, and the first one behind it."""
    last = channel.low
    while output_of(last, channel, limits) != output_of(channel.high, channel, limits):
        before = output_of(last, channel, limits)
        inside, outside = last, channel.high
        while outside - inside > 1:
            middle = (inside + outside) // 2
            if output_of(middle, channel, limits) == before:
                inside = middle
            else:
                outside = middle
        yield from (inside, outside)
        last = outside


def test_a_relu_layer_takes_the_cheapest_way() -> None:
    weight = np.full((3, 9), 50)
    bias = np.zeros(3, np.int32)
    relu, plain = Limits(-128, -128, 127), Limits(3, -128, 127)
    multipliers, shifts = [1 << 30, (1 << 31) - 1, 1 << 30], [-6, -8, -7]
    ways = []
    for exponents, limits in ((shifts, relu), (shifts, plain), ([3, -8, -7], plain)):
        found = choose(weight, bias, multipliers, exponents, limits, 0)
        assert (found.common_shift != 0) == (found.way == NON_NEGATIVE)
        unused = {NON_NEGATIVE: [found.shifts], RIGHT: [], ANY: [found.scales, found.addends]}
        assert not np.any(unused[found.way])
        ways.append(found.way)
    assert ways == [NON_NEGATIVE, RIGHT, ANY]
    assert found.multipliers.tolist() == multipliers
    assert found.shifts.tolist() == [3, -8, -7]


@pytest.mark.parametrize(("tap", "shift"), [(1, -30), (0, -30), (0, -1), (0, 3)])
def test_a_channel_that_never_moves_does_not_spoil_the_way(tap: int, shift: int) -> None:
    """All outputs of the second channel are the offset, whatever its shift."""
    weight = np.array([[50] * 9, [tap] * 9])
    bias = np.zeros(2, np.int32)
    found = choose(weight, bias, [1 << 30, 1 << 30], [-7, shift], Limits(-128, -128, 127), 0)
    assert (found.way, found.common_shift) == (NON_NEGATIVE, 8)
    assert found.multipliers.tolist() == [1 << 30, 0]


@given(st.integers(0, 2**32 - 1), MULTIPLIERS, st.integers(-31, 6), LIMITS)
def test_the_definition(seed: int, multiplier: int, shift: int, limits: Limits) -> None:
    """Of sums of any size, and of such as give outputs in range."""
    rng = np.random.default_rng(seed)
    in_range = rng.integers(-300, 300, 50) * 2 ** (1 - min(shift, 0)) + rng.integers(-9, 9, 50)
    sums = np.concatenate([rng.integers(-(1 << 24), 1 << 24, 50), in_range])
    sums = np.clip(sums, -(1 << 24), 1 << 24)
    channel = Channel(0, 0, multiplier, -shift)
    expected = requantize_to_int8(
        torch.tensor(sums),
        torch.tensor([multiplier]),
        torch.tensor([shift]),
        limits.output_offset,
        limits.activation_min,
        limits.activation_max,
    )
    assert [output_of(each, channel, limits) for each in sums.tolist()] == expected.tolist()


@pytest.mark.parametrize(
    ("bias", "way"),
    [
        ((1 << 30) - 128, RIGHT),
        ((1 << 30) - 127, ANY),
        (-(1 << 30) + 129, RIGHT),
        (-(1 << 30) + 128, ANY),
        ((1 << 31) - 128, ANY),
    ],
)
def test_doubled_sums_fit_32_bits_or_take_another_way(bias: int, way: int) -> None:
    """Sums are in [bias - 128, bias + 127]."""
    plain = Limits(0, -128, 127)
    found = choose(np.array([[1]]), np.array([bias], np.int32), [1 << 30], [-22], plain, 0)
    assert found.way == way


RELU = Limits(-128, -128, 127)


def test_a_channel_that_wraps_spoils_the_way_of_all() -> None:
    """Shifted left, its sums seem to saturate: by the definition they wrap around."""
    weight, bias = np.array([[1], [50]]), np.array([1 << 30, 0], np.int32)
    assert choose(weight, bias, [1 << 30] * 2, [2, -7], RELU, 0).way == ANY


def test_shifts_far_apart_meet_by_a_shorter_multiplier() -> None:
    """Scales go from 2 to 8. Half of the second multiplier reaches the one step at the same sum."""
    weight, bias = np.full((2, 1), 127), np.zeros(2, np.int32)
    found = choose(weight, bias, [1 << 30, 3 << 29], [-7, -14], RELU, 0)
    assert (found.way, found.common_shift) == (NON_NEGATIVE, 14)
    assert found.scales.tolist() == [8, 2]
    assert found.multipliers.tolist() == [1 << 30, 3 << 28]
    more_steps = np.full((2, 3), 127)
    assert choose(more_steps, bias, [1 << 30, 3 << 29], [-7, -14], RELU, 0).way == RIGHT


@pytest.mark.parametrize(("more", "step", "way"), [(0, 9993, RIGHT), (2, 9992, NON_NEGATIVE)])
def test_a_shorter_multiplier_that_moves_a_step_is_not_taken(
    more: int, step: int, way: int
) -> None:
    """Sums of the second channel reach 16129 and one step. Both multipliers are odd, and their
    halves are rounded up: so the step of the one would come a sum earlier."""
    multiplier = ((1 << 44) - (1 << 30)) // 9992 + more
    assert multiplier % 2 == 1
    channel = Channel(0, 1 << 14, multiplier, 14)
    assert [output_of(sums, channel, RELU) for sums in (step - 1, step)] == [-128, -127]
    weight, bias = np.full((2, 1), 127), np.zeros(2, np.int32)
    assert choose(weight, bias, [1 << 30, multiplier], [-7, -14], RELU, 0).way == way


@pytest.mark.parametrize("offset", [-128, -3])
@pytest.mark.parametrize(("bias", "fits"), [(0, True), (5000, False)])
def test_compact_numbers_fit_channels_that_never_leave_the_zero_point(
    offset: int, bias: int, fits: bool
) -> None:
    weight = np.array([[0, 0], [3, -5]], np.int8)
    biases = np.array([bias, 0], np.int32)
    limits = Limits(offset, -128, 127)
    layer = layer_of(weight, biases, [1 << 30] * 2, [-6] * 2, limits, 0)
    assert can_be_compact(layer, weight) == fits


def test_the_common_shift_is_one_that_the_kernel_has() -> None:
    weight, bias = np.full((2, 60), 127), np.zeros(2, np.int32)
    op = DepthwiseConv2d(output_offset=-128, activation_min=-128, activation_max=127)
    constants = {
        "bias": bias,
        "multipliers": np.full(2, 1 << 30, np.int32),
        "shifts": np.array([-7, -9], np.int32),
    }
    layer = Layer(op, {}, (TensorType((1, 1, 1, 2), "int8"),), constants)
    for given_shifts, common in ((None, 10), ((8, 9, 12), 12), ((10, 12), 10), ((14, 14), 14)):
        found = choose_requantization(layer, weight, given_shifts)
        assert (found.way, found.common_shift) == (NON_NEGATIVE, common)
        assert found.scales.tolist() == [common - 6, common - 8]
    assert choose_requantization(layer, weight, (7, 15)).way == RIGHT
    assert choose_requantization(layer, weight, ()).way == RIGHT
