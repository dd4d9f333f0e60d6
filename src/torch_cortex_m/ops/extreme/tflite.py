"""extreme from TensorFlow Lite: REDUCE_MAX and REDUCE_MIN."""

from __future__ import annotations

from ..tflite.builtin import Builtin
from ..tflite.call import TfliteCall
from ..tflite.reduction import reduction


def _builtin(name: str, *, largest: bool) -> Builtin:
    def emit(call: TfliteCall, blocks: str) -> str:
        if call.quantization() != call.output.quantization:
            raise call.error(
                f"the result of {name} has another quantization than its input",
                expected=call.quantization(),
                got=call.output.quantization,
                hint="quantize the result as the input is, as TensorFlow Lite's converter does",
            )
        return call.emit("extreme", (blocks,), ".extreme", largest=largest)

    return reduction(name, emit)


BUILTINS = [_builtin("REDUCE_MAX", largest=True), _builtin("REDUCE_MIN", largest=False)]
