"""Random layers from a seed, to reach every branch of a kernel: sizes, borders, requantization."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from torch_cortex_m import TcmError
from torch_cortex_m.ir import Quantization
from torch_cortex_m.ops.add.op import Add, rescaling
from torch_cortex_m.ops.avg_pool2d.op import AvgPool2d
from torch_cortex_m.ops.base import Case
from torch_cortex_m.ops.conv2d.op import Conv2d
from torch_cortex_m.ops.depthwise_conv2d.op import DepthwiseConv2d
from torch_cortex_m.ops.dequantize.op import Dequantize
from torch_cortex_m.ops.linear.op import Linear
from torch_cortex_m.ops.max_pool2d.op import MaxPool2d
from torch_cortex_m.ops.mean.op import Mean
from torch_cortex_m.ops.mean.op import rescaling as mean_rescaling
from torch_cortex_m.ops.pad.op import Pad
from torch_cortex_m.ops.quantize.op import Quantize
from torch_cortex_m.ops.requantize.op import Requantize
from torch_cortex_m.ops.rules.case_graph import case_graph
from torch_cortex_m.ops.softmax.op import Softmax
from torch_cortex_m.ops.softmax.op import scaling as softmax_scaling
from torch_cortex_m.ops.transpose.op import Transpose

Rng = np.random.Generator
Tensors = dict[str, np.ndarray | None]


def random_cases(
    operator: str, seed: int, count: int, generator: Callable[[Rng, str], Case] | None = None
) -> list[Case]:
    """``count`` layers of the operator that have an output; generator: of particular ones."""
    generator = generator or GENERATORS[operator]
    rng = np.random.default_rng(seed)
    cases: list[Case] = []
    while len(cases) < count:
        case = generator(rng, f"{operator} of seed {seed}, number {len(cases)}")
        try:
            case_graph(case)
        except TcmError:
            continue  # such as a kernel larger than the padded input
        cases.append(case)
    return cases


def pick(rng: Rng, *values: Any) -> Any:
    return values[int(rng.integers(len(values)))]


def output_range(rng: Rng) -> dict[str, int]:
    """output_offset and limits: half of the layers end in a ReLU, some are clamped further."""
    offset = int(rng.integers(-128, 128))
    if rng.random() < 0.5:
        offset = pick(rng, -128, -128, -128, -128, offset)
        high = pick(rng, 127, 127, 127, 127, int(rng.integers(offset, 128)))
        return {"output_offset": offset, "activation_min": offset, "activation_max": high}
    if rng.random() < 0.3:
        low, high = sorted(int(value) for value in rng.integers(-128, 128, 2))
        return {"output_offset": offset, "activation_min": low, "activation_max": high}
    return {"output_offset": offset}


def channel_tensors(rng: Rng, channels: int, taps: int) -> Tensors:
    """bias, multipliers and shifts: mostly such that outputs spread, sometimes anything legal."""
    center = -7 - int(np.log2(max(taps, 1)) / 2)
    kind = pick(rng, "usual", "usual", "usual", "spread", "odd channels", "any")
    spread = {"usual": 2, "spread": 5, "odd channels": 1, "any": 1}[kind]
    multipliers = rng.integers(1 << 30, 1 << 31, channels)
    shifts = np.minimum(rng.integers(center - spread, center + spread + 1, channels), -1)
    biases = rng.integers(-20000, 20000, channels)
    odd = rng.random(channels) < 0.3
    if kind == "odd channels":
        shifts[odd] = rng.integers(-31, 0, int(odd.sum()))
        multipliers[odd] = rng.integers(0, 2, int(odd.sum())) * multipliers[odd]
    if kind == "any":
        shifts = rng.integers(-31, 8, channels)
        multipliers[odd] = rng.integers(0, 1 << 31, int(odd.sum()))
        biases[odd] = rng.integers(-(1 << 31), 1 << 31, int(odd.sum()))
    return {
        "bias": biases.astype(np.int32) if rng.random() < 0.7 else None,
        "multipliers": multipliers.astype(np.int32),
        "shifts": shifts.astype(np.int32),
    }


def weights(rng: Rng, shape: tuple[int, ...]) -> np.ndarray:
    """int8, now and then with -128, sparse or with small values."""
    low = pick(rng, -127, -127, -128)
    values = rng.integers(low, 128, shape)
    kind = pick(rng, "dense", "dense", "sparse", "small", "extreme")
    if kind == "sparse":
        values *= rng.random(shape) < 0.2
    if kind == "small":
        values //= 16
    if kind == "extreme":
        values = np.where(values < 0, low, 127)
    return values.astype(np.int8)


def int8(rng: Rng, shape: tuple[int, ...]) -> np.ndarray:
    return rng.integers(-128, 128, shape).astype(np.int8)


def window(rng: Rng, kernels: list[tuple[int, int]]) -> tuple[tuple[int, int], dict[str, Any]]:
    kernel = pick(rng, *kernels)
    dilation = pick(rng, (1, 1), (1, 1), (1, 1), (2, 2), (2, 1), (1, 3))
    stride = pick(rng, (1, 1), (1, 1), (1, 1), (2, 2), (2, 2), (1, 2), (3, 2))
    if rng.random() < 0.5:
        padding = tuple(dilation[i % 2] * (kernel[i % 2] - 1) // 2 for i in range(4))
    else:
        padding = tuple(int(value) for value in rng.integers(0, 3, 4))
    return kernel, {"stride": stride, "padding": padding, "dilation": dilation}


def image(rng: Rng) -> tuple[int, int]:
    height, width = int(rng.integers(1, 10)), int(rng.integers(1, 14))
    return pick(rng, (height, width), (width, height), (1, width))


def depthwise_conv2d(rng: Rng, name: str) -> Case:
    kernel, fields = window(rng, [(3, 3), (3, 3), (3, 3), (5, 5), (1, 3), (2, 2), (7, 3), (1, 1)])
    channels, multiplier = int(rng.integers(1, 14)), pick(rng, 1, 1, 1, 2, 3)
    if rng.random() < 0.3:
        channels, multiplier = 1, pick(rng, 2, 4, 7, 10)
    filters = channels * multiplier
    op = DepthwiseConv2d(
        **fields,
        depth_multiplier=multiplier,
        input_offset=int(rng.integers(-127, 129)),
        **output_range(rng),
    )
    shape = (pick(rng, 1, 1, 1, 2), *image(rng), channels)
    tensors = channel_tensors(rng, filters, kernel[0] * kernel[1])
    tensors |= {"input": int8(rng, shape), "weight": weights(rng, (1, *kernel, filters))}
    return Case(name, op, tensors)


def conv2d(rng: Rng, name: str) -> Case:
    kernel, fields = window(rng, [(1, 1), (1, 1), (3, 3), (3, 3), (1, 3), (2, 2), (5, 3), (1, 5)])
    groups = pick(rng, 1, 1, 1, 1, 2, 3)
    inputs, filters = int(rng.integers(1, 20)), int(rng.integers(1, 12))
    op = Conv2d(
        **fields, groups=groups, input_offset=int(rng.integers(-127, 129)), **output_range(rng)
    )
    shape = (pick(rng, 1, 1, 1, 2), *image(rng), groups * inputs)
    tensors = channel_tensors(rng, groups * filters, kernel[0] * kernel[1] * inputs)
    tensors |= {
        "input": int8(rng, shape),
        "weight": weights(rng, (groups * filters, *kernel, inputs)),
    }
    return Case(name, op, tensors)


def conv2d_3x3(rng: Rng, name: str) -> Case:
    """Windows of 3 x 3 with stride 1, on larger images."""
    inputs, filters = int(rng.integers(1, 40)), int(rng.integers(1, 8))
    padding = pick(rng, (1, 1, 1, 1), tuple(int(value) for value in rng.integers(0, 4, 4)))
    op = Conv2d(padding=padding, input_offset=int(rng.integers(-127, 129)), **output_range(rng))
    height, width = int(rng.integers(1, 9)), int(rng.integers(1, 25))
    shape = (pick(rng, 1, 1, 2), height, width, inputs)
    tensors = channel_tensors(rng, filters, 9 * inputs)
    tensors |= {"input": int8(rng, shape), "weight": weights(rng, (filters, 3, 3, inputs))}
    return Case(name, op, tensors)


def linear(rng: Rng, name: str) -> Case:
    inputs, outputs = int(rng.integers(1, 90)), int(rng.integers(1, 20))
    op = Linear(input_offset=int(rng.integers(-127, 129)), **output_range(rng))
    shape = (pick(rng, 1, 1, int(rng.integers(1, 12))), inputs)
    tensors = channel_tensors(rng, outputs, inputs)
    tensors |= {"input": int8(rng, shape), "weight": weights(rng, (outputs, inputs))}
    return Case(name, op, tensors)


def add(rng: Rng, name: str) -> Case:
    shape = tuple(int(value) for value in rng.integers(1, 8, int(rng.integers(1, 5))))
    repeated = tuple(pick(rng, size, size, 1) for size in shape)
    shapes = pick(rng, (shape, shape), (shape, repeated), (repeated, shape), (shape, shape[-1:]))
    scales = (
        np.exp(rng.uniform(-4, 0, 3)) if rng.random() < 0.7 else rng.choice([0.5, 0.25, 0.1], 3)
    )
    fields: dict[str, int] = rescaling(*(float(scale) for scale in scales))
    if rng.random() < 0.2:
        fields |= {name: int(rng.integers(-6, 1)) for name in ("input_shift", "other_shift")}
        fields |= {"output_shift": int(rng.integers(-22, -12))}
    offsets = {name: int(rng.integers(-127, 129)) for name in ("input_offset", "other_offset")}
    op = Add(**fields, **offsets, **output_range(rng))
    return Case(
        name,
        op,
        {"input": int8(rng, shapes[0]), "other": int8(rng, shapes[1])},
        pick(rng, ("input", "other"), ("input", "other"), ("input",)),
    )


def pool_window(rng: Rng) -> dict[str, Any]:
    kernel = pick(rng, (2, 2), (3, 3), (1, 4), (5, 2), (7, 7))
    padding = tuple(int(rng.integers(0, (kernel[i % 2] + 1) // 2)) for i in range(4))
    return {
        "kernel": kernel,
        "stride": pick(rng, (1, 1), (2, 2), kernel),
        "padding": pick(rng, (0, 0, 0, 0), padding),
        "ceil_mode": bool(rng.random() < 0.3),
    }


def avg_pool2d(rng: Rng, name: str) -> Case:
    fields = pool_window(rng)
    if rng.random() < 0.3:
        fields = {"adaptive_output": pick(rng, (1, 1), (2, 3))}
    limits = {key: value for key, value in output_range(rng).items() if key != "output_offset"}
    op = AvgPool2d(
        **fields,
        **limits,
        count_include_pad=bool(rng.random() < 0.5),
        divisor_override=pick(rng, 0, 0, 0, 5),
        padding_value=int(rng.integers(-128, 128)),
    )
    size = pick(rng, image(rng), image(rng), (20, 30))
    return Case(name, op, {"input": int8(rng, (pick(rng, 1, 2), *size, int(rng.integers(1, 12))))})


def max_pool2d(rng: Rng, name: str) -> Case:
    limits = {key: value for key, value in output_range(rng).items() if key != "output_offset"}
    dilation = pick(rng, (1, 1), (1, 1), (2, 3))
    op = MaxPool2d(**pool_window(rng), **limits, dilation=dilation)
    shape = (pick(rng, 1, 2), *image(rng), int(rng.integers(1, 12)))
    return Case(name, op, {"input": int8(rng, shape)})


def shape_of_elements(rng: Rng) -> tuple[int, ...]:
    """Rank 0 to 4, 1 to some hundred elements."""
    return tuple(int(value) for value in rng.integers(1, 9, int(rng.integers(0, 4)))) or pick(
        rng, (), (int(rng.integers(1, 300)),)
    )


def requantize(rng: Rng, name: str) -> Case:
    shift = pick(rng, 0, 0, int(rng.integers(-31, 31)), int(rng.integers(-6, 4)))
    op = Requantize(
        input_offset=int(rng.integers(-127, 129)),
        multiplier=int(rng.integers(-(1 << 31) + 1, 1 << 31)),
        shift=shift,
        **output_range(rng),
    )
    return Case(name, op, {"input": int8(rng, (*shape_of_elements(rng), pick(rng, 1, 20)))})


def softmax(rng: Rng, name: str) -> Case:
    multiplier, left_shift, diff_min = softmax_scaling(float(np.exp(rng.uniform(-12, 4))))
    if rng.random() < 0.3:
        diff_min = int(rng.integers(-300, 2))
    op = Softmax(multiplier, left_shift, diff_min)
    row = pick(rng, int(rng.integers(1, 30)), int(rng.integers(1, 30)), int(rng.integers(30, 700)))
    values = int8(rng, (int(rng.integers(1, 7)), row))
    return Case(name, op, {"input": pick(rng, values, values // 8, np.sort(values))})


def quantize(rng: Rng, name: str) -> Case:
    op = Quantize(
        float(np.exp(rng.uniform(-12, 12))), int(rng.integers(-128, 128)), bool(rng.random() < 0.5)
    )
    shape = shape_of_elements(rng)
    steps = rng.normal(size=shape) * pick(rng, 1, 60, 60, 1e4)
    if rng.random() < 0.3:
        steps = np.round(2 * steps) / 2
    values = np.asarray(steps * op.scale, np.float32)
    values[rng.random(shape) < 0.05] = pick(rng, np.nan, np.inf, -np.inf, 1e-44, -3e38)
    return Case(name, op, {"input": values})


def dequantize(rng: Rng, name: str) -> Case:
    op = Dequantize(float(np.exp(rng.uniform(-60, 60))), int(rng.integers(-128, 128)))
    return Case(name, op, {"input": int8(rng, (*shape_of_elements(rng), pick(rng, 1, 20)))})


def strided_shape(rng: Rng) -> tuple[int, ...]:
    """Rank 1 to 5, with a last dimension that may be long."""
    shape = [int(value) for value in rng.integers(1, 6, int(rng.integers(0, 5)))]
    return (*shape, pick(rng, int(rng.integers(1, 6)), int(rng.integers(6, 70))))


def transpose(rng: Rng, name: str) -> Case:
    shape = strided_shape(rng)
    op = Transpose(tuple(int(axis) for axis in rng.permutation(len(shape))))
    return Case(name, op, {"input": int8(rng, shape)})


def pad(rng: Rng, name: str) -> Case:
    shape = strided_shape(rng)
    padding = rng.integers(0, 4, 2 * len(shape)) * (rng.random(2 * len(shape)) < 0.4)
    padding[-2:] *= pick(rng, 0, 1, 7)
    op = Pad(tuple(int(count) for count in padding), int(rng.integers(-128, 128)))
    return Case(name, op, {"input": int8(rng, shape)})


def mean(rng: Rng, name: str) -> Case:
    count = pick(rng, int(rng.integers(1, 20)), int(rng.integers(1, 20)), int(rng.integers(1, 800)))
    scales = [
        Quantization(float(scale), int(rng.integers(-128, 128)))
        for scale in np.exp(rng.uniform(-3, 0, 2))
    ]
    op = Mean(
        **mean_rescaling(scales[0], scales[1], count),
        input_offset=int(rng.integers(-127, 129)),
        **output_range(rng),
    )
    shape = (int(rng.integers(1, 4)), count, pick(rng, 1, int(rng.integers(1, 20))))
    return Case(name, op, {"input": int8(rng, shape)})


GENERATORS: dict[str, Callable[[Rng, str], Case]] = {
    "depthwise_conv2d": depthwise_conv2d,
    "conv2d": conv2d,
    "linear": linear,
    "add": add,
    "avg_pool2d": avg_pool2d,
    "max_pool2d": max_pool2d,
    "requantize": requantize,
    "softmax": softmax,
    "quantize": quantize,
    "dequantize": dequantize,
    "transpose": transpose,
    "pad": pad,
    "mean": mean,
}
