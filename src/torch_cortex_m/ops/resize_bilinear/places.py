"""Where the pixels of a resized image lie in the original, in 1/1024 pixel."""

from __future__ import annotations

from .op import ONE


def pytorch_places(
    size: int, outputs: int, *, align_corners: bool, scale: float | None
) -> tuple[int, ...]:
    """As torch.nn.functional.interpolate has them; ``scale``: the factor that it was given."""
    if align_corners:
        step = (size - 1) / (outputs - 1) if outputs > 1 else 0.0
        places = [step * place for place in range(outputs)]
    else:
        step = 1.0 / scale if scale else size / outputs
        places = [max(step * (place + 0.5) - 0.5, 0.0) for place in range(outputs)]
    return tuple(min(round(place * ONE), (size - 1) * ONE) for place in places)


def tflite_places(
    size: int, outputs: int, *, align_corners: bool, half_pixel_centers: bool
) -> tuple[int, ...]:
    """As TensorFlow Lite's ComputeInterpolationValuesInteger has them."""
    step = (ONE * size + outputs // 2) // outputs
    if align_corners and outputs > 1:
        step = (ONE * (size - 1) + (outputs - 1) // 2) // (outputs - 1)
    first = step // 2 - ONE // 2 if half_pixel_centers else 0
    places = (first + step * place for place in range(outputs))
    return tuple(min(max(place, 0), (size - 1) * ONE) for place in places)
