"""resize_bilinear from TensorFlow Lite: RESIZE_BILINEAR."""

from __future__ import annotations

from ..tflite.builtin import Argument, Builtin, Kind
from ..tflite.call import TfliteCall
from .op import LARGEST_SIZE
from .places import tflite_places


def _lower(call: TfliteCall) -> str:
    shape, size = call.shape(), call.integers("size")
    if len(shape) != 4 or len(size) != 2 or not all(1 <= each <= LARGEST_SIZE for each in size):
        raise call.error(
            "the sizes do not fit", expected="[N, H, W, C], 2 sizes", got=(shape, size)
        )
    options = {
        "align_corners": bool(call.options.number("AlignCorners")),
        "half_pixel_centers": bool(call.options.number("HalfPixelCenters")),
    }
    if all(options.values()):
        raise call.error("it has both align_corners and half_pixel_centers", expected="one of them")
    rows, columns = (tflite_places(shape[axis + 1], size[axis], **options) for axis in range(2))
    return call.emit("resize_bilinear", (call.value(),), rows=rows, columns=columns)


BUILTINS = [
    Builtin(
        "RESIZE_BILINEAR",
        _lower,
        (Argument("input"), Argument("size", Kind.CONSTANT, ("int32",))),
        options="ResizeBilinearOptions",
    )
]
