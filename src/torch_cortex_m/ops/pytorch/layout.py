"""Between PyTorch's layouts and the graph's NHWC, for convolutions and pooling."""

from __future__ import annotations

from .call import PytorchCall

TO_NHWC = (0, 2, 3, 1)
TO_NCHW = (0, 3, 1, 2)


def to_nhwc(call: PytorchCall, value: str, spatial_rank: int) -> str:
    """[N, C, H, W], or [N, C, W] with spatial_rank 1, -> NHWC; N may be absent, absent H is 1."""
    shape = call.shape_of(value)
    batched = shape if len(shape) == spatial_rank + 2 else (1, *shape)
    full = batched if spatial_rank == 2 else (*batched[:2], 1, batched[2])
    return call.transpose(call.reshape(value, full), TO_NHWC, ".nhwc")


def from_nhwc(call: PytorchCall, value: str) -> str:
    """NHWC -> the shape of PyTorch's result."""
    return call.reshape(call.transpose(value, TO_NCHW, ".nchw"), call.shape)


def pair(value: int | list[int] | tuple[int, ...], spatial_rank: int, *, missing: int):
    """A window parameter as (vertical, horizontal).

    PyTorch gives one number for all axes or one per axis; in one dimension the vertical one is
    ``missing``.
    """
    values = [value] if isinstance(value, int) else list(value)
    if len(values) == 1:
        values = values * spatial_rank
    return (missing, values[0]) if spatial_rank == 1 else (values[0], values[1])
