"""The comparisons of TensorFlow Lite."""

from __future__ import annotations

from collections.abc import Callable

from ..rules.comparisons import comparison_scaling
from .builtin import Argument
from .call import TfliteCall

LEFT_SHIFT = 8

INTEGERS = ("int32", "int64")
"""What has no scale and is compared as it is."""


def operands(*dtypes: str) -> tuple[Argument, ...]:
    """Of int8, or of these types."""
    return tuple(Argument(name, dtypes=("int8", *dtypes)) for name in ("input", "other"))


def lower_comparison(
    operator: str, *, swapped: bool = False, negated: bool = False
) -> Callable[[TfliteCall], str]:
    """The lowering to ``operator`` of input and other, or of other and input. The operands' own
    scales are the factors; integers that have none are compared by ``compare``.
    Source: TFLite-Micro's ComparisonsPrepare."""
    names = ("other", "input") if swapped else ("input", "other")

    def lower(call: TfliteCall) -> str:
        if call.tensors["input"].dtype != "int8":
            values = tuple(call.value(name) for name in names)
            return call.emit("compare", values, less=operator == "less", negated=negated)
        first, second = (call.quantization(name) for name in names)
        for quantization in (first, second):
            if quantization.scale >= 1:
                raise call.error(
                    "a scale is too large for a comparison",
                    expected="below 1, as TensorFlow Lite demands",
                    got=f"{quantization.scale:g}",
                )
        return call.emit(
            operator,
            tuple(call.value(name) for name in names),
            input_offset=-first.zero_point,
            other_offset=-second.zero_point,
            negated=negated,
            **comparison_scaling(first.scale, second.scale, LEFT_SHIFT),
        )

    return lower
