"""The operators once more, as plain loops over Python integers, written from their definitions."""

from __future__ import annotations

from itertools import product

import numpy as np


def round_half_away(numerator: int, denominator: int) -> int:
    """numerator / denominator to the nearest integer, ties away from zero."""
    magnitude = (2 * abs(numerator) + denominator) // (2 * denominator)
    return magnitude if numerator > 0 else -magnitude


def requantize(value: int, multiplier: int, shift: int) -> int:
    high = (value * 2 ** max(shift, 0) * multiplier + 2**30) // 2**31
    return round_half_away(high, 2 ** max(-shift, 0))


def finish(op, sums: np.ndarray, multipliers: np.ndarray, shifts: np.ndarray) -> np.ndarray:
    """Requantizes sums [..., channels] of Python integers to int8."""
    result = np.zeros(sums.shape, np.int8)
    for place in np.ndindex(*sums.shape):
        channel = place[-1]
        scaled = requantize(int(sums[place]), int(multipliers[channel]), int(shifts[channel]))
        result[place] = clamp(op, scaled + op.output_offset)
    return result


def clamp(op, value: int) -> int:
    return min(max(value, op.activation_min), op.activation_max)


def output_places(op, input: np.ndarray, kernel: tuple[int, ...]) -> tuple[range, ...]:
    """Where windows start, in coordinates of the padded input: as long as they fit into it."""
    top, left, bottom, right = op.padding
    spans = (input.shape[1] + top + bottom, input.shape[2] + left + right)
    return tuple(
        range(0, spans[axis] - op.dilation[axis] * (kernel[axis] - 1), op.stride[axis])
        for axis in range(2)
    )


def convolution(op, input, bias, channels, kernel, taps) -> np.ndarray:
    """Sums [N, H_out, W_out, C_out]; ``taps(channel, y, x)`` lists (input channel, weight)."""
    rows, columns = output_places(op, input, kernel)
    sums = np.zeros((input.shape[0], len(rows), len(columns), channels), object)
    for n, i, j, channel in np.ndindex(*sums.shape):
        total = 0 if bias is None else int(bias[channel])
        for ky, kx in product(range(kernel[0]), range(kernel[1])):
            y = rows[i] + ky * op.dilation[0] - op.padding[0]
            x = columns[j] + kx * op.dilation[1] - op.padding[1]
            if 0 <= y < input.shape[1] and 0 <= x < input.shape[2]:
                for source, weight in taps(channel, ky, kx):
                    total += (int(input[n, y, x, source]) + op.input_offset) * int(weight)
        sums[n, i, j, channel] = total
    return sums


def conv2d(op, input, weight, bias, multipliers, shifts) -> np.ndarray:
    channels, *kernel, depth = weight.shape
    per_group = channels // op.groups

    def taps(channel, ky, kx):
        first = channel // per_group * depth
        return [(first + c, weight[channel, ky, kx, c]) for c in range(depth)]

    sums = convolution(op, input, bias, channels, kernel, taps)
    return finish(op, sums, multipliers, shifts)


def depthwise_conv2d(op, input, weight, bias, multipliers, shifts) -> np.ndarray:
    _, *kernel, channels = weight.shape

    def taps(channel, ky, kx):
        return [(channel // op.depth_multiplier, weight[0, ky, kx, channel])]

    sums = convolution(op, input, bias, channels, kernel, taps)
    return finish(op, sums, multipliers, shifts)


def linear(op, input, weight, bias, multipliers, shifts) -> np.ndarray:
    sums = np.zeros((*input.shape[:-1], weight.shape[0]), object)
    for *row, feature in np.ndindex(*sums.shape):
        total = 0 if bias is None else int(bias[feature])
        for value, tap in zip(input[tuple(row)], weight[feature], strict=True):
            total += (int(value) + op.input_offset) * (int(tap) + op.weight_offset)
        sums[(*row, feature)] = total
    return finish(op, sums, multipliers, shifts)


def pooling_places(op, input, axis: int) -> list[int]:
    """Where windows start: ceil_mode adds the one that ends outside but does not start there."""
    size = input.shape[axis + 1]
    before, after = op.padding[axis], op.padding[axis + 2]
    reach = op.dilation[axis] * (op.kernel[axis] - 1) + 1
    starts = []
    start = -before
    while start + reach <= size + after:
        starts.append(start)
        start += op.stride[axis]
    missing = start + reach - (size + after)
    if op.ceil_mode and missing < op.stride[axis] and start < size:
        starts.append(start)
    return starts


def max_pool2d(op, input) -> np.ndarray:
    rows, columns = (pooling_places(op, input, axis) for axis in range(2))
    result = np.zeros((input.shape[0], len(rows), len(columns), input.shape[3]), np.int8)
    for n, i, j, channel in np.ndindex(*result.shape):
        values = [
            int(input[n, y, x, channel])
            for y in range(rows[i], rows[i] + op.dilation[0] * op.kernel[0], op.dilation[0])
            for x in range(columns[j], columns[j] + op.dilation[1] * op.kernel[1], op.dilation[1])
            if 0 <= y < input.shape[1] and 0 <= x < input.shape[2]
        ]
        result[n, i, j, channel] = clamp(op, max(values, default=-128))
    return result


def avg_pool2d(op, input) -> np.ndarray:
    """Fixed windows: each element of the window is an input, or padding, or beyond the padding."""
    rows, columns = (pooling_places(op, input, axis) for axis in range(2))
    _, height, width, _ = input.shape
    result = np.zeros((input.shape[0], len(rows), len(columns), input.shape[3]), np.int8)
    for n, i, j, channel in np.ndindex(*result.shape):
        total = inputs = padded = 0
        for dy, dx in product(range(op.kernel[0]), range(op.kernel[1])):
            y, x = rows[i] + dy, columns[j] + dx
            if 0 <= y < height and 0 <= x < width:
                total += int(input[n, y, x, channel]) - op.padding_value
                inputs += 1
            elif y < height + op.padding[2] and x < width + op.padding[3]:
                padded += 1
        divisor = inputs + padded if op.count_include_pad else inputs
        divisor = op.divisor_override or divisor
        total += divisor * op.padding_value
        result[n, i, j, channel] = clamp(op, round_half_away(total, divisor))
    return result
