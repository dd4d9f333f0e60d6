"""The comparisons of TensorFlow Lite."""

from __future__ import annotations

from collections.abc import Callable

from ..rules.comparisons import comparison_scaling
from .builtin import Argument
from .call import TfliteCall

LEFT_SHIFT = 8


def operands(*dtypes: str) -> tuple[Argument, ...]:
    return tuple(Argument(name, dtypes=dtypes) for name in ("input", "other"))


def lower_comparison(
    operator: str, *, swapped: bool = False, negated: bool = False
) -> Callable[[TfliteCall], str]:
    """The lowering to ``operator`` of input and other, or of other and input. The operands' own
    scales are the factors; int32 has none. Source: TFLite-Micro's ComparisonsPrepare."""
    names = ("other", "input") if swapped else ("input", "other")

    def lower(call: TfliteCall) -> str:
        if call.tensors["input"].dtype == "int32":
            return call.emit(operator, tuple(map(call.value, names)), negated=negated)
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
