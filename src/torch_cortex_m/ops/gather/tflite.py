"""gather from TensorFlow Lite: GATHER, GATHER_ND, TILE, BROADCAST_TO, MIRROR_PAD and
RESIZE_NEAREST_NEIGHBOR."""

from __future__ import annotations

import numpy as np

from ..rules.movement import check_size
from ..tflite.builtin import Argument, Builtin, Kind
from ..tflite.call import TfliteCall
from ..tflite.movement import MOVED, MOVED_DTYPES, builtin, lower


def _gather(call: TfliteCall) -> str:
    """Indices that are computed are clipped; constant ones must be within the dimension."""
    shape, indices = call.shape(), call.tensors["indices"]
    axis = call.axis(int(call.options.number("Axis")), len(shape))
    if indices.data is not None:
        return lower(_at_constant_indices)(call)
    if call.options.number("BatchDims"):
        raise call.error(
            "indices for each batch must be constant",
            expected="constant indices, or no batch dimensions (batch_dims=0)",
        )
    index_shape = call.shape("indices")
    flat = call.reshape(call.value("indices"), (int(np.prod(index_shape)),), ".indices")
    gathered = call.emit("gather", (call.value(), flat), axis=axis)
    return call.emit(
        "reshape", (gathered,), shape=(*shape[:axis], *index_shape, *shape[axis + 1 :])
    )


def _at_constant_indices(call: TfliteCall, places: np.ndarray) -> np.ndarray:
    indices = call.data("indices")
    axis = call.axis(int(call.options.number("Axis")), places.ndim)
    batches = int(call.options.number("BatchDims"))
    batches += indices.ndim if batches < 0 else 0
    if not 0 <= batches <= axis or places.shape[:batches] != indices.shape[:batches]:
        raise call.error(
            "its batches do not fit",
            expected="first dimensions that values and indices have in common",
            got=f"{batches} of {indices.shape}",
        )
    check_size((indices.size, *places.shape[batches:axis], *places.shape[axis + 1 :]))
    if batches == 0:
        return np.take(places, indices, axis)
    rows = [each.reshape(-1, *each.shape[batches:]) for each in (places, indices)]
    taken = [np.take(row, some, axis - batches) for row, some in zip(*rows, strict=True)]
    return np.stack(taken).reshape(*places.shape[:batches], *taken[0].shape)


def _gather_nd(call: TfliteCall, places: np.ndarray) -> np.ndarray:
    indices = call.data("indices")
    check_size((*indices.shape[:-1], *places.shape[indices.shape[-1] :]))
    return places[tuple(np.moveaxis(indices, -1, 0))]


def _tile(call: TfliteCall, places: np.ndarray) -> np.ndarray:
    multiples = call.integers("multiples")
    check_size((places.size, *multiples))
    return np.tile(places, multiples)


def _broadcast(call: TfliteCall, places: np.ndarray) -> np.ndarray:
    known = call.tensors["shape"].data is not None
    shape = call.integers("shape") if known else call.output.shape
    check_size(shape)
    return np.broadcast_to(places, shape)


def _mirror_pad(call: TfliteCall, places: np.ndarray) -> np.ndarray:
    """Without the border itself (REFLECT, 0) or with it (SYMMETRIC, 1)."""
    mode = "symmetric" if call.options.number("Mode") else "reflect"
    padding = call.data("padding")
    check_size((places.size, *(1 + padding.astype(object).sum(axis=-1))))
    return np.pad(places, padding, mode=mode)  # type: ignore[call-overload]


def _nearest(call: TfliteCall, places: np.ndarray) -> np.ndarray:
    height, width = call.integers("size")
    check_size((places.size, height, width))
    rows = np.take(places, _nearest_indices(call, places.shape[1], height), 1)
    return np.take(rows, _nearest_indices(call, places.shape[2], width), 2)


def _nearest_indices(call: TfliteCall, size: int, wanted: int) -> np.ndarray:
    """Computed in float32. Source: TensorFlow Lite's GetNearestNeighbor."""
    corners = bool(call.options.number("AlignCorners"))
    centers = bool(call.options.number("HalfPixelCenters"))
    steps = (size - 1, wanted - 1) if corners and wanted > 1 else (size, wanted)
    scale = np.float32(steps[0]) / np.float32(steps[1])
    real = (np.arange(wanted, dtype=np.float32) + np.float32(0.5 * centers)) * scale
    # TfLiteRound rounds half away from zero; nothing here is negative.
    nearest = np.floor(real + np.float32(0.5)) if corners else np.floor(real)
    return np.clip(nearest.astype(np.int64), 0, size - 1)


BUILTINS = [
    Builtin(
        "GATHER",
        _gather,
        (MOVED, Argument("indices", dtypes=("int32",))),
        "GatherOptions",
        MOVED_DTYPES,
    ),
    builtin("GATHER_ND", _gather_nd, "indices"),
    builtin("TILE", _tile, "multiples"),
    builtin("MIRROR_PAD", _mirror_pad, "padding", options="MirrorPadOptions"),
    builtin("RESIZE_NEAREST_NEIGHBOR", _nearest, "size", options="ResizeNearestNeighborOptions"),
    Builtin(
        "BROADCAST_TO",
        lower(_broadcast),
        (MOVED, Argument("shape", Kind.SHAPE, ("int32", "int64"))),
        outputs=MOVED_DTYPES,
    ),
]
