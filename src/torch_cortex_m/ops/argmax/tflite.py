"""argmax from TensorFlow Lite: ARG_MAX and ARG_MIN."""

from __future__ import annotations

from math import prod

from ..rules.reduction import reduced_shape
from ..tflite.builtin import BYTES, Argument, Builtin, Kind
from ..tflite.call import TfliteCall


def _builtin(name: str, options: str, *, largest: bool) -> Builtin:
    def lower(call: TfliteCall) -> str:
        shape = call.shape()
        axis = call.axis(call.integer("axis"), len(shape))
        sizes = (prod(shape[:axis]), shape[axis], prod(shape[axis + 1 :]))
        blocks = call.reshape(call.value(), sizes, ".blocks")
        wide = call.output.dtype == "int64"
        places = call.emit("argmax", (blocks,), ".places", largest=largest, wide=wide)
        return call.reshape(places, reduced_shape(shape, [axis], keepdim=False), suffix="")

    arguments = (
        Argument("input", dtypes=BYTES),
        Argument("axis", Kind.CONSTANT, ("int32", "int64")),
    )
    return Builtin(name, lower, arguments, options=options, outputs=("int32", "int64"))


BUILTINS = [
    _builtin("ARG_MAX", "ArgMaxOptions", largest=True),
    _builtin("ARG_MIN", "ArgMinOptions", largest=False),
]
