"""What TensorFlow Lite's operators of numbers do with int32, which has no scale."""

from __future__ import annotations

from collections.abc import Callable

from .call import TfliteCall


def integers_or(
    function: int, lower: Callable[[TfliteCall], str], *, activation: bool = True
) -> Callable[[TfliteCall], str]:
    """The lowering of two int32 operands to a function of integer_arithmetic, of others by
    ``lower``; ``activation``: whether the options have one, which integers must not have."""

    def lower_integers(call: TfliteCall) -> str:
        types = sorted({each.dtype for each in (*call.tensors.values(), call.output) if each})
        if "int32" not in types:
            return lower(call)
        if len(types) > 1:
            raise call.error(
                "its tensors have different types", expected="one type", got=", ".join(types)
            )
        if activation and call.options.number("FusedActivationFunction"):
            raise call.error(
                "an activation behind sums of int32 is not supported",
                hint="make it an operator of its own behind the sum, such as MAXIMUM",
            )
        operands = (call.value("input"), call.value("other"))
        return call.emit("integer_arithmetic", operands, function=int(function))

    return lower_integers
