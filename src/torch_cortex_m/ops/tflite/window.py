"""The windows of TensorFlow Lite's convolutions and poolings."""

from __future__ import annotations

from .call import TfliteCall

SAME, VALID = 0, 1
"""The schema's Padding."""


def window(
    call: TfliteCall, kernel: tuple[int, int], sizes: tuple[int, ...] = ()
) -> dict[str, tuple[int, ...]]:
    """The fields stride, padding and dilation for an input [N, H, W, C] and a kernel (H, W).

    ``sizes``: of the image that the windows go over, by default the input's.

    SAME gives ceil(size / stride) outputs: half of what the windows reach beyond the input lies
    before it, the odd element after it. Source: TensorFlow Lite's ComputePaddingHeightWidth.
    Raises TcmError unless the padding is one of the two and strides and dilations are positive.
    """
    stride = _pair(call, "StrideH", "StrideW")
    dilation = _pair(call, "DilationHFactor", "DilationWFactor", default=1)
    sizes = sizes or call.shape()[1:3]
    padding = call.options.number("Padding")
    if len(call.shape()) != 4 or padding not in (SAME, VALID):
        raise call.error(
            "the window does not fit the operator",
            expected="an input of rank 4 and SAME or VALID padding",
            got=f"shape {call.shape()}, padding {padding}",
        )
    totals = [0, 0]
    if padding == SAME:
        totals = [
            max((-(-size // step) - 1) * step + (taps - 1) * factor + 1 - size, 0)
            for size, step, taps, factor in zip(sizes, stride, kernel, dilation, strict=True)
        ]
    before = [total // 2 for total in totals]
    after = [total - first for total, first in zip(totals, before, strict=True)]
    return {"stride": stride, "padding": (*before, *after), "dilation": dilation}


def pool_fields(call: TfliteCall) -> dict[str, tuple[int, ...]]:
    """kernel, stride and padding of a pooling."""
    kernel = _pair(call, "FilterHeight", "FilterWidth")
    fields = window(call, kernel)
    return {"kernel": kernel, "stride": fields["stride"], "padding": fields["padding"]}


def _pair(call: TfliteCall, vertical: str, horizontal: str, default: int = 0) -> tuple[int, int]:
    pair = tuple(int(call.options.number(name, default)) for name in (vertical, horizontal))
    if min(pair) < 1:
        raise call.error(
            f"{vertical} and {horizontal} are not positive", expected="at least 1", got=pair
        )
    return pair[0], pair[1]
