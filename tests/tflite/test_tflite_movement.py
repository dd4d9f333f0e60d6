"""Files whose data movement makes no sense, or would take all memory: one TcmError each."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from model_writer import Content, ModelWriter
from movement_models import cut, joined, moved, nearest, strided
from operator_models import X, Y, activation, integers

from torch_cortex_m.errors import TcmError
from torch_cortex_m.frontend.tflite.importer import import_content
from torch_cortex_m.run.reference import run_reference

HUGE = 2**31 - 1
SHAPE = (2, 3)


def message(content: bytes) -> str:
    with pytest.raises(TcmError) as caught:
        import_content(content)
    return str(caught.value)


def of_other_type() -> Content:
    """A slice of int8 that is called bool."""
    writer = ModelWriter()
    x = activation(writer, "x", SHAPE, X)
    limits = [writer.constant(name, integers(*at)) for name, at in (("b", (0, 0)), ("s", SHAPE))]
    y = writer.tensor("y", SHAPE, "bool")
    writer.operator("SLICE", [x, *limits], y)
    return writer.write([x], [y])


def of_two_scales() -> Content:
    writer = ModelWriter()
    x, other, y = (
        activation(writer, name, shape, quantization)
        for name, shape, quantization in (("x", (2, 3), X), ("o", (2, 3), Y), ("y", (4, 3), X))
    )
    writer.operator("CONCATENATION", [x, other], y, "ConcatenationOptions", Axis=0)
    return writer.write([x, other], [y])


def activated() -> Content:
    writer = ModelWriter()
    x, y = activation(writer, "x", (2, 3), X), activation(writer, "y", (2, 3), X)
    options: dict[str, Any] = {"Axis": 0, "FusedActivationFunction": 1}
    writer.operator("CONCATENATION", [x], y, "ConcatenationOptions", **options)
    return writer.write([x], [y])


def model(*arguments: Any, **fields: Any) -> Content:
    return moved("a", *arguments, **fields).content


GATHER = {"options_type": "GatherOptions", "Axis": 0}
CASES: list[tuple[str, Content, str]] = [
    ("slice_beyond", model("SLICE", SHAPE, SHAPE, (0, 1), (2, 3)), "out of bounds"),
    ("slice_of_nothing", model("SLICE", SHAPE, SHAPE, (0, 0), (2, 0)), "does not fit its input"),
    ("slice_of_another_rank", model("SLICE", SHAPE, SHAPE, (0,), (2, 3)), "do not fit its input"),
    ("empty", strided("a", SHAPE, SHAPE, (1, 0), (1, 3), (1, 1)).content, "does not fit"),
    ("no_step", strided("a", SHAPE, SHAPE, (0, 0), (2, 3), (1, 0)).content, "step"),
    ("index_beyond", strided("a", SHAPE, (3,), (2, 0), (3, 3), (1, 1), ShrinkAxisMask=1).content,
     "out of bounds"),
    ("many_dimensions", strided("a", SHAPE, SHAPE, (0,) * 3, (1,) * 3, (1,) * 3).content,
     "too many indices"),
    ("offset", strided("a", SHAPE, SHAPE, (0, 0), (2, 3), (1, 1), Offset=True).content,
     "count from their begins"),
    ("reverse", model("REVERSE_V2", SHAPE, SHAPE, (2,)), "out of bounds"),
    ("split", cut("SPLIT", "a", (2, 5), [(2, 2)] * 2, [(1,)], 1, NumSplits=2).content, "parts"),
    ("split_axis", cut("SPLIT", "a", (2, 4), [(2, 2)] * 2, [(2,)], 1, NumSplits=2).content,
     "no such dimension"),
    ("split_sizes", cut("SPLIT_V", "a", (2, 5), [(2, 2)] * 2, [(2, 2), (1,)]).content, "parts"),
    ("split_count", cut("SPLIT_V", "a", (2, 5), [(2, 5)], [(2, 3), (1,)]).content, "parts"),
    ("unpack", cut("UNPACK", "a", (3, 4), [(4,)] * 2, Num=2, Axis=0).content, "results"),
    ("pack", joined("PACK", "a", [(2, 3), (2, 4)], (2, 2, 3), 0).content, "as many as input's"),
    ("concatenation", joined("CONCATENATION", "a", [(2, 3), (1, 2)], (3, 3), 0).content, "(2, 3)"),
    ("two_scales", of_two_scales(), "different scales"),
    ("activation", activated(), "activation behind a concatenation"),
    ("another_type", of_other_type(), "type bool"),
    ("gather", model("GATHER", SHAPE, (1, 3), (2,), **GATHER), "out of bounds"),
    ("gather_batches", model("GATHER", SHAPE, SHAPE, [(0,)], **GATHER, BatchDims=1), "batches"),
    ("gather_nd", model("GATHER_ND", SHAPE, (1,), [(0, 3)]), "out of bounds"),
    ("broadcast", model("BROADCAST_TO", SHAPE, (4, 3), (4, 3)), "broadcast"),
    ("blocks", model("DEPTH_TO_SPACE", (1, 2, 2, 6), (1, 4, 4, 1),
                     options_type="DepthToSpaceOptions", BlockSize=2), "elements"),
    ("no_blocks", model("SPACE_TO_DEPTH", (1, 2, 2, 6), (1, 4, 4, 1),
                        options_type="SpaceToDepthOptions", BlockSize=0), "not positive"),
    ("no_image", model("DEPTH_TO_SPACE", (2, 4), (4, 2), options_type="DepthToSpaceOptions",
                       BlockSize=2), "no image"),
    ("batch_blocks", model("BATCH_TO_SPACE_ND", (4, 2, 2, 1), (1, 4, 4, 1), (2, 0), [(0, 0)] * 2),
     "blocks do not fit"),
    ("huge_tile", model("TILE", SHAPE, SHAPE, (HUGE, HUGE)), "too large"),
    ("huge_broadcast", model("BROADCAST_TO", (1, 3), SHAPE, (HUGE, 3)), "too large"),
    ("huge_image", nearest("a", (1, 2, 2, 1), (HUGE, HUGE)).content, "too large"),
    ("huge_border", model("MIRROR_PAD", SHAPE, SHAPE, [(HUGE, HUGE), (0, 0)],
                          options_type="MirrorPadOptions"), "too large"),
    ("huge_indices", model("GATHER", (2, 1 << 12), SHAPE, [0] * (1 << 13), **GATHER), "too large"),
    ("huge_input", model("SLICE", (1 << 13, 1 << 13), SHAPE, (0, 0), SHAPE), "too large"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_movement_that_does_not_fit(content: Content, expected: str) -> None:
    assert expected in message(content)


def test_indices_at_run_time_are_clipped() -> None:
    """An input of int32, which has no scale."""
    writer = ModelWriter()
    x = activation(writer, "x", (5, 2), X)
    places, y = writer.tensor("places", (2, 2), "int32"), activation(writer, "y", (2, 2, 2), X)
    writer.operator("GATHER", [x, places], y, "GatherOptions", Axis=0)
    graph = import_content(writer.write([x, places], [y]))
    data = np.arange(10, dtype=np.int8).reshape(5, 2)
    (got,) = run_reference(graph, [data, np.array([[4, -9], [99, 0]], np.int32)])
    np.testing.assert_array_equal(got, data[[[4, 0], [4, 0]]])
