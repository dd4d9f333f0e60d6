"""The images that resize_bilinear must make, everywhere."""

from __future__ import annotations

import numpy as np

from ..base import Case
from ..rules.case_data import generator, random_int8
from .op import ResizeBilinear
from .places import pytorch_places, tflite_places

Shape = tuple[int, int, int, int]


def case(name: str, shape: Shape, size: tuple[int, int], *, align_corners: bool = False) -> Case:
    rows, columns = (
        pytorch_places(shape[axis + 1], size[axis], align_corners=align_corners, scale=None)
        for axis in range(2)
    )
    data = random_int8(generator(f"resize_bilinear {name}"), shape)
    return Case(name, ResizeBilinear(rows, columns), {"input": data})


def plain(name: str, shape: Shape, size: tuple[int, int]) -> Case:
    """Without half pixels, as TensorFlow Lite may have it."""
    options = {"align_corners": False, "half_pixel_centers": False}
    places = [tflite_places(shape[axis + 1], size[axis], **options) for axis in range(2)]
    data = random_int8(generator(f"resize_bilinear {name}"), shape)
    return Case(name, ResizeBilinear(*places), {"input": data})


ENDS = np.resize([127, -128, -128, 127, 127], (1, 4, 5, 8)).astype(np.int8)
EXTREMES = np.resize([127, -128, -128, 127, 127], (1, 4, 5, 2)).astype(np.int8)

CASES = [
    case("twice", (1, 4, 5, 3), (8, 10)),
    case("twice_aligned", (1, 4, 5, 3), (8, 10), align_corners=True),
    case("any_size", (2, 4, 5, 3), (7, 13)),
    case("smaller", (1, 9, 8, 3), (4, 3)),
    case("smaller_aligned", (1, 9, 8, 3), (4, 3), align_corners=True),
    case("same", (1, 4, 5, 3), (4, 5)),
    case("to_1", (1, 4, 5, 3), (1, 1)),
    case("to_1_aligned", (1, 4, 5, 3), (1, 1), align_corners=True),
    case("from_1", (1, 1, 1, 4), (3, 5)),
    case("one_dimension", (2, 1, 9, 4), (1, 18)),
    case("17_channels", (1, 3, 3, 17), (6, 6)),
    case("1_channel", (1, 3, 4, 1), (6, 8)),
    plain("plain", (1, 4, 5, 3), (8, 10)),
    plain("plain_any_size", (1, 4, 5, 3), (7, 9)),
    case("twice_32_channels", (1, 3, 4, 32), (6, 8)),
    case("twice_13_channels", (2, 3, 4, 13), (6, 8)),
    case("4_times_9_channels", (1, 3, 4, 9), (12, 16)),
    case("8_times_6_channels", (1, 2, 3, 6), (16, 24)),
    case("aligned_13_channels", (2, 3, 4, 13), (7, 9), align_corners=True),
    Case("extremes", ResizeBilinear((0, 512, 1536, 3072), (512,) * 3), {"input": EXTREMES}),
    Case("ends", ResizeBilinear((0, 512, 1792, 3072), (512, 384, 640, 2944)), {"input": ENDS}),
    Case("sixteenths", ResizeBilinear((64, 960, 1856), (576, 448, 3008)), {"input": ENDS}),
]
