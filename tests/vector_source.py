"""A file of CMSIS-NN's unit-test vectors: its parameters and arrays, under their various names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

INPUTS = ("input", "input_tensor")
OUTPUTS = ("output_ref", "output")
WEIGHTS = ("weights", "input_weights")
BIASES = ("biases", "bias", "input_bias")
MULTIPLIERS = ("output_mult", "output_multiplier")
NAMES = {"input": INPUTS, "output": OUTPUTS}


@dataclass(frozen=True)
class Source:
    """``params`` are integers, but for ``null_arrays``: the arrays that the test passes as NULL.

    A file may hold arrays of an older form of its test too, so that an array is looked for by name
    and by size.
    """

    name: str
    params: Mapping[str, Any]
    arrays: Mapping[str, np.ndarray]

    def number(self, *names: str) -> int:
        """The first of these parameters that there is."""
        return next(self.params[name] for name in names if name in self.params)

    def pair(self, vertical: str, horizontal: str) -> tuple[int, int]:
        return self.number(vertical), self.number(horizontal)

    def kernel(self) -> tuple[int, int]:
        return self.number("filter_y", "filter_h"), self.number("filter_x", "filter_w")

    def stride(self) -> tuple[int, int]:
        return self.number("stride_y", "stride_h"), self.number("stride_x", "stride_w")

    def array(self, name: str, shape: tuple[int, ...]) -> np.ndarray:
        """The first elements of an array in this shape."""
        assert self.arrays[name].size >= prod(shape), f"{self.name}: {name} is too short"
        return self.arrays[name][: prod(shape)].reshape(shape)

    def tensor(self, kind: str, shape: tuple[int, ...]) -> np.ndarray:
        """The test's "input" or "output"."""
        held = [name for name in NAMES[kind] if name in self.arrays]
        fitting = [name for name in held if self.arrays[name].size >= prod(shape)]
        assert fitting, f"{self.name}: no {kind} of {prod(shape)} elements among {held}"
        return self.array(fitting[0], shape)

    def batches(
        self, input: tuple[int, ...], output: tuple[int, ...]
    ) -> tuple[np.ndarray, np.ndarray]:
        """The input and the expected output: as many images as the test runs and the arrays
        hold."""
        stated = self.number("input_batches", "input_n", "batch_size")
        held = [
            max(self.arrays[name].size // prod(shape) for name in names if name in self.arrays)
            for names, shape in ((INPUTS, input), (OUTPUTS, output))
        ]
        count = min(stated, *held)
        assert count >= 1, f"{self.name}: the arrays are shorter than one image"
        return self.tensor("input", (count, *input)), self.tensor("output", (count, *output))

    def weights(self, shape: tuple[int, ...]) -> np.ndarray:
        name = next(n for n in WEIGHTS if n in self.arrays and self.arrays[n].size == prod(shape))
        return self.arrays[name].reshape(shape)

    def bias(self, channels: int) -> np.ndarray | None:
        """None where the test passes NULL, or has no array."""
        for name in BIASES:
            held = name in self.arrays and name not in self.params["null_arrays"]
            if held and self.arrays[name].size == channels:
                return self.arrays[name]
        return None

    def requantization(self, channels: int) -> dict[str, np.ndarray]:
        """Multipliers and shifts: one parameter for all channels, or arrays."""
        if "output_multiplier" in self.params:
            multiplier, shift = self.params["output_multiplier"], self.params["output_shift"]
            return {
                "multipliers": np.full(channels, multiplier, np.int32),
                "shifts": np.full(channels, shift, np.int32),
            }
        name = next(n for n in MULTIPLIERS if n in self.arrays and self.arrays[n].size == channels)
        return {"multipliers": self.arrays[name], "shifts": self.array("output_shift", (channels,))}

    def has_int16(self) -> bool:
        """Whether an input or an output is wider than 8 bits."""
        data = ("input1", "input2", "lhs_input_tensor", *INPUTS, *OUTPUTS)
        return any(self.arrays[name].dtype != np.int8 for name in data if name in self.arrays)

    def has_int4_weights(self) -> bool:
        """Whether weights lie two to a byte."""
        held = [name for name in WEIGHTS if name in self.arrays]
        if not held:
            return False
        expected = self._weight_elements()
        packed = expected > 1 and all(
            self.arrays[name].size == (expected + 1) // 2 for name in held
        )
        return packed or "int4" in self.name

    def _weight_elements(self) -> int:
        if "accumulation_depth" in self.params:
            return self.number("accumulation_depth") * self.number("out_ch")
        channels = 1 if "ch_mult" in self.params else self.number("filter_ch", "in_ch")
        return prod(self.kernel()) * channels * self.number("out_ch")


def activation(source: Source) -> dict[str, Any]:
    return {
        "activation_min": source.number("out_activation_min", "activation_min"),
        "activation_max": source.number("out_activation_max", "activation_max"),
    }


def window_fields(source: Source) -> dict[str, Any]:
    """Stride and padding; that on the bottom and the right is what the output's size asks for."""
    stride, kernel = source.stride(), source.kernel()
    before = (
        source.number("pad_y", "padding_h", "pad_h"),
        source.number("pad_x", "padding_w", "pad_w"),
    )
    dilation = (source.params.get("dilation_y", 1), source.params.get("dilation_x", 1))
    sizes = source.pair("input_h", "input_w"), source.pair("output_h", "output_w")
    after = [
        max(
            0,
            (sizes[1][i] - 1) * stride[i]
            + dilation[i] * (kernel[i] - 1)
            + 1
            - sizes[0][i]
            - before[i],
        )
        for i in range(2)
    ]
    return {"stride": stride, "padding": (*before, *after)}
