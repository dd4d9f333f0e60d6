"""transpose from TensorFlow Lite: TRANSPOSE, and what moves blocks of an image between its height
and width and its channels or batch."""

from __future__ import annotations

from math import prod

from ..tflite.builtin import ACTIVATIONS, BYTES, Argument, Builtin, Kind
from ..tflite.call import TfliteCall
from ..tflite.movement import constant

Axes = tuple[int, ...]


def _lower(call: TfliteCall) -> str:
    rank = len(call.shape())
    permutation = tuple(call.axis(axis, rank) for axis in call.integers("permutation"))
    if call.output.value_dtype == "int8":
        return call.emit("transpose", (call.value(),), permutation=permutation)
    if sorted(permutation) != list(range(rank)):
        raise call.error("its axes do not fit", expected=f"each of {rank}", got=permutation)
    return call.move(call.places().transpose(permutation))


def _depth_to_space(call: TfliteCall) -> str:
    """[N, H, W, (block, block, C)] -> [N, (H, block), (W, block), C]."""
    batches, height, width, channels = _image(call)
    block = _block_size(call)
    split = (batches, height, width, block, block, channels // block**2)
    shape = (batches, height * block, width * block, channels // block**2)
    return _by_blocks(call, call.value(), split, (0, 1, 3, 2, 4, 5), shape)


def _space_to_depth(call: TfliteCall) -> str:
    batches, height, width, channels = _image(call)
    block = _block_size(call)
    split = (batches, height // block, block, width // block, block, channels)
    shape = (batches, height // block, width // block, channels * block**2)
    return _by_blocks(call, call.value(), split, (0, 1, 3, 2, 4, 5), shape)


def _space_to_batch(call: TfliteCall) -> str:
    """[N, H, W, C], padded -> [(block, block, N), H, W, C]; the width may be missing."""
    blocks, borders = _blocks(call), call.integers("crops")
    rank, spatial = len(call.shape()), len(blocks)
    padding = (0, 0, *borders) + (0, 0) * (rank - spatial - 1)
    value = call.emit("pad", (call.value(),), padding=padding, value=_zero(call))
    batches, *sizes = call.graph.types[value].shape
    counts = [size // block for size, block in zip(sizes, blocks, strict=False)]
    pairs = sum(zip(counts, blocks, strict=True), ())
    rest = tuple(sizes[spatial:])
    order = (*range(2, 2 * spatial + 1, 2), 0, *range(1, 2 * spatial, 2))
    order += tuple(range(2 * spatial + 1, 2 * spatial + 1 + len(rest)))
    shape = (batches * prod(blocks), *counts, *rest)
    return _by_blocks(call, value, (batches, *pairs, *rest), order, shape)


def _batch_to_space(call: TfliteCall) -> str:
    """The inverse; the padding is cropped."""
    blocks, crops = _blocks(call), call.integers("crops")
    (batches, *sizes), spatial = call.shape(), len(blocks)
    batches //= prod(blocks)
    rest = tuple(sizes[spatial:])
    order: list[int] = [spatial]
    for place in range(spatial):
        order += [spatial + 1 + place, place]
    order += range(2 * spatial + 1, 2 * spatial + 1 + len(rest))
    full = [size * block for size, block in zip(sizes, blocks, strict=False)]
    split = (*blocks, batches, *sizes)
    value = _by_blocks(call, call.value(), split, tuple(order), (batches, *full, *rest))
    begin = (0, *crops[::2]) + (0,) * len(rest)
    kept = (size - sum(crops[2 * place : 2 * place + 2]) for place, size in enumerate(full))
    return call.emit("slice", (value,), begin=begin, size=(batches, *kept, *rest))


def _by_blocks(call: TfliteCall, value: str, split: Axes, order: Axes, shape: Axes) -> str:
    blocks = call.reshape(value, split, ".blocks")
    moved = call.emit("transpose", (blocks,), ".moved", permutation=order)
    return call.emit("reshape", (moved,), shape=shape)


def _image(call: TfliteCall) -> Axes:
    shape = call.shape()
    if len(shape) != 4:
        raise call.error("its input is no image", expected="rank 4", got=shape)
    return shape


def _block_size(call: TfliteCall) -> int:
    size = int(call.options.number("BlockSize"))
    if size < 1:
        raise call.error("its block size is not positive", expected="1 or more", got=size)
    return size


def _blocks(call: TfliteCall) -> Axes:
    """The size of a block in each of the dimensions that have blocks."""
    blocks, borders, rank = call.integers("blocks"), call.integers("crops"), len(call.shape())
    if min(blocks, default=0) < 1 or len(borders) != 2 * len(blocks) or len(blocks) >= rank:
        raise call.error(
            "its blocks do not fit its input",
            expected="blocks of 1 or more, two borders for each, and a dimension without",
            got=(blocks, borders),
        )
    return blocks


def _zero(call: TfliteCall) -> int:
    return call.output.quantization.zero_point


INPUT = Argument("input", dtypes=BYTES)
BLOCKS = (INPUT, constant("blocks"), constant("crops"))

BUILTINS = [
    Builtin(
        "TRANSPOSE",
        _lower,
        (Argument("input", dtypes=ACTIVATIONS), Argument("permutation", Kind.CONSTANT, ("int32",))),
        outputs=ACTIVATIONS,
    ),
    Builtin("DEPTH_TO_SPACE", _depth_to_space, (INPUT,), "DepthToSpaceOptions", BYTES),
    Builtin("SPACE_TO_DEPTH", _space_to_depth, (INPUT,), "SpaceToDepthOptions", BYTES),
    Builtin("SPACE_TO_BATCH_ND", _space_to_batch, BLOCKS, outputs=BYTES),
    Builtin("BATCH_TO_SPACE_ND", _batch_to_space, BLOCKS, outputs=BYTES),
]
