"""What convolutions and linear layers share: output channel o is the requantized sum of a bias and
of weights times inputs.

Their arguments are input, weight, bias, multipliers and shifts; all but the input have to be
constant for anything to be known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ...ir import INT16, INT32, Limits, TensorType
from ..base import Kernel, Layer, TensorArgument
from ..integers.accumulators import accumulator_ranges
from ..integers.bounds import Array, Bounds, of_products, of_requantized
from ..interfaces import Constants, Types
from .quantized import QuantizedOp

WIDE_TYPES = {"input": ("int8", "int16"), "bias": ("int32", "int64")}


@dataclass(frozen=True, kw_only=True)
class WeightedSumOp(QuantizedOp):
    """Tensors: input and weight int8; bias, optional, multipliers and shifts int32, one for each
    output channel: the requantization of its sum."""

    tensors: ClassVar[tuple[TensorArgument, ...]] = (
        TensorArgument("input"),
        TensorArgument("weight"),
        TensorArgument("bias", ("int32",), optional=True),
        TensorArgument("multipliers", ("int32",)),
        TensorArgument("shifts", ("int32",)),
    )
    quantization_data: ClassVar[frozenset[str]] = QuantizedOp.quantization_data | {
        "multipliers",
        "shifts",
    }


@dataclass(frozen=True, kw_only=True)
class WideSumOp(WeightedSumOp):
    """Activations may be int16, too, with zero points of 0 as TensorFlow Lite has them.

    Their sums have 64 bits and a bias of int64, or none, and are requantized with multipliers of 16
    bits, rounded once; or 32 bits and a bias of int32, and are requantized as those of int8.
    Source: TensorFlow Lite's convolutions of int16 with weights of int8.
    """

    tensors: ClassVar[tuple[TensorArgument, ...]] = tuple(
        TensorArgument(each.name, WIDE_TYPES.get(each.name, each.dtypes), each.optional)
        for each in WeightedSumOp.tensors
    )
    widest: ClassVar[Limits] = INT16

    def output_types(self, types: Types) -> tuple[TensorType, ...]:
        outputs = super().output_types(types)
        if types["input"].dtype == "int16":
            for name, offset in (("input", self.input_offset), ("output", self.output_offset)):
                self.expect(offset == 0, f"{name}_offset", "0 for int16", offset)
        elif "bias" in types:
            self.expect(types["bias"].dtype == "int32", "bias", "int32", types["bias"].dtype)
        return outputs


def sums_are_wide(types: Types) -> bool:
    """Whether the sums have 64 bits."""
    bias = types.get("bias")
    return types["input"].dtype == "int16" and (bias is None or bias.dtype == "int64")


def narrow_sums(
    op: WideSumOp, types: Types, rows: Array, bias: Array | None
) -> tuple[Array, Array] | None:
    """``Op.accumulators`` for weights [channels, taps]; None for sums of 64 bits."""
    if sums_are_wide(types):
        return None
    return accumulator_ranges(rows, bias, op.input_offset, types["input"].limits)


def wide_kernel(name: str) -> Kernel:
    """The portable kernel for int16: ``wide`` says which sums they are; the bias is int64."""
    return Kernel(
        name,
        dtypes=("int16",),
        pack=_with_wide_bias,
        constants=lambda layer: {"wide": int(sums_are_wide(layer.types))},
    )


def _with_wide_bias(layer: Layer) -> dict[str, Array]:
    data = dict(layer.constants)
    if "bias" in data:
        data["bias"] = data["bias"].astype(np.int64)
    return data


def weights_are_known(types: Types, constants: Constants) -> bool:
    """Whether all arguments but the input are constant."""
    return types.keys() - {"input"} <= constants.keys()


def weighted_bounds(
    op: WeightedSumOp, constants: Constants, taps: Array, inputs: Bounds, axes: tuple[int, ...]
) -> Bounds:
    """Bounds of the output; taps: int64 weights that broadcast with ``inputs``, which are bounds of
    the inputs with their offset; their products are summed over ``axes``."""
    sums = of_products(taps, inputs, axes).plus(constants.get("bias", np.array(0)).astype(np.int64))
    outputs = of_requantized(sums, constants["multipliers"], constants["shifts"], op.output_offset)
    return outputs.clamped(op.activation_min, op.activation_max)


def channels_read(weight: Array) -> Array:
    """bool [output channels, input channels] of weights [output channels, ..., input channels]:
    which have a weight other than zero."""
    return (weight != 0).reshape(len(weight), -1, weight.shape[-1]).any(axis=1)


def keep_outputs(constants: Constants, outputs: Array) -> dict[str, Array]:
    """Bias, multipliers and shifts of the output channels that stay."""
    return {
        name: constants[name][outputs]
        for name in ("bias", "multipliers", "shifts")
        if name in constants
    }


def fold_into_bias(
    op: WeightedSumOp, constants: Constants, given: Bounds, exact: Array
) -> dict[str, Array] | None:
    """Weight [output channels, ..., input channels] and bias, where the weights that read constant
    channels became zero and the bias took over their sum; None where nothing is to be done.

    exact: bool [input channels] or of all, the channels whose sum is the same at every position.
    """
    weight = constants["weight"]
    foldable = given.constant & exact & channels_read(weight).any(axis=0)
    if not foldable.any():
        return None
    taps = weight.astype(np.int64)[..., foldable]
    values = given.low[foldable] + op.input_offset
    folded = (taps * values).reshape(len(weight), -1).sum(axis=1)
    bias = constants.get("bias", np.zeros(len(weight), np.int32)).astype(np.int64) + folded
    if bias.min() < INT32.low or bias.max() > INT32.high:
        return None
    remaining = weight.copy()
    remaining[..., foldable] = 0
    return {"weight": remaining, "bias": bias.astype(np.int32)}


def keep_mixed(constants: Constants, kept: Mapping[str, Array]) -> dict[str, Array]:
    """Constants with weights [output channels, ..., input channels] for the channels that stay."""
    weight = constants["weight"][kept["output"]][..., kept["input"]]
    return {"weight": weight, **keep_outputs(constants, kept["output"])}
