"""Small models of TensorFlow Lite's operators that move data, with all their corner cases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from model_writer import ModelWriter
from operator_models import OperatorModel, Shape, X, activation, integers, single

IMAGE = (1, 6, 5, 3)


def moved(
    name: str, operator: str, input: Shape, output: Shape, *constants: Any, **fields: Any
) -> OperatorModel:
    """``constants`` are int32, lists or single numbers."""
    return single(
        f"{operator.lower()} {name}", operator, input, output, x=X, y=X,
        constants=[np.array(each, np.int32) for each in constants], **fields,
    )  # fmt: skip


def strided(
    name: str, input: Shape, output: Shape, *limits: Sequence[int], micro: bool = True, **masks: int
):
    return moved(
        name, "STRIDED_SLICE", input, output, *limits, micro=micro,
        options_type="StridedSliceOptions", **masks,
    )  # fmt: skip


def cut(
    operator: str,
    name: str,
    input: Shape,
    outputs: Sequence[Shape],
    constants: Sequence[Sequence[int]] = (),
    input_at: int = 0,
    micro: bool = True,
    **options: int,
) -> OperatorModel:
    """An operator with several results; its input stands at ``input_at`` among the constants."""
    writer = ModelWriter()
    x = activation(writer, "x", input, X)
    operands = [
        writer.constant(f"constant_{place}", integers(*values))
        for place, values in enumerate(constants)
    ]
    operands.insert(input_at, x)
    results = [activation(writer, f"y{place}", shape, X) for place, shape in enumerate(outputs)]
    kind = {"SPLIT": "SplitOptions", "SPLIT_V": "SplitVOptions", "UNPACK": "UnpackOptions"}
    writer.operator(operator, operands, results, kind[operator], **options)
    content = writer.write([x], results)
    title = f"{operator.lower()} {name}"
    return OperatorModel(title, content, ((input, "int8"),), len(outputs), micro=micro)


def joined(
    operator: str,
    name: str,
    inputs: Sequence[Shape],
    output: Shape,
    axis: int,
    constant: int | None = None,
) -> OperatorModel:
    """CONCATENATION or PACK; operand ``constant`` is one."""
    writer, rng = ModelWriter(), np.random.default_rng(3)
    operands = []
    for place, shape in enumerate(inputs):
        data = rng.integers(-128, 128, shape).astype(np.int8) if place == constant else None
        operands.append(activation(writer, f"x{place}", shape, X, data=data))
    result = activation(writer, "y", output, X)
    options = {"Axis": axis} | ({"ValuesCount": len(inputs)} if operator == "PACK" else {})
    writer.operator(operator, operands, result, f"{operator.title()}Options", **options)
    given = [place for place in range(len(inputs)) if place != constant]
    content = writer.write([operands[place] for place in given], [result])
    shapes = tuple((inputs[place], "int8") for place in given)
    return OperatorModel(f"{operator.lower()} {name}", content, shapes)


def gather_at_run_time() -> OperatorModel:
    """Indices of an input, of which nothing is known but the type."""
    writer = ModelWriter()
    x = activation(writer, "x", (128, 3), X)
    indices = writer.constant("indices", integers(3, 127, 0))
    y = activation(writer, "y", (3, 3), X)
    writer.operator("GATHER", [x, indices], y, "GatherOptions", Axis=0)
    return OperatorModel("gather rows", writer.write([x], [y]), (((128, 3), "int8"),))


def nearest(name: str, input: Shape, size: tuple[int, int], **options: Any) -> OperatorModel:
    output = (input[0], *size, input[3])
    return moved(
        name, "RESIZE_NEAREST_NEIGHBOR", input, output, size,
        options_type="ResizeNearestNeighborOptions", **options,
    )  # fmt: skip


SIZES = ((12, 10), (3, 3), (11, 7), (1, 1), (7, 13), (6, 5))

CUTS = [
    moved("box", "SLICE", IMAGE, (1, 2, 3, 3), (0, 1, 2, 0), (1, 2, 3, 3)),
    moved("channels", "SLICE", IMAGE, (1, 6, 5, 2), (0, 0, 0, 1), (-1, -1, -1, 2)),
    moved("rows", "SLICE", (4, 3), (2, 3), (2, 0), (-1, 3)),
    strided("box", IMAGE, (1, 2, 3, 2), (0, 1, 2, 0), (1, 3, 5, 2), (1, 1, 1, 1)),
    strided("steps", IMAGE, (1, 3, 2, 3), (0, 0, 1, 0), (1, 6, 5, 3), (1, 2, 2, 1)),
    strided("from the end", IMAGE, (1, 2, 5, 3), (0, -3, 0, 0), (1, -1, 5, 3), (1, 1, 1, 1)),
    strided("beyond the end", IMAGE, (1, 5, 5, 3), (0, 1, -9, 0), (9, 99, 9, 9), (1, 1, 1, 1)),
    strided("masks", IMAGE, (1, 4, 3, 3), (7, 7, 2, 7), (1, 4, 0, 0), (1, 1, 1, 1),
            BeginMask=0b1011, EndMask=0b1101),
    strided("shrinks", IMAGE, (6, 3), (0, 0, 2, 0), (1, 6, 3, 3), (1, 1, 1, 1),
            ShrinkAxisMask=0b0101),
    strided("shrinks from the end", IMAGE, (1, 5, 3), (0, -1, 0, 0), (1, 0, 5, 3), (1, 1, 1, 1),
            ShrinkAxisMask=0b0010),
    strided("backwards", IMAGE, (1, 6, 5, 3), (0, -1, 0, 0), (1, -99, 5, 3), (1, -1, 1, 1)),
    strided("backwards in steps", (7,), (3,), (5,), (-7,), (-2,)),
    strided("backwards with masks", (7, 3), (7, 3), (2, 1), (2, 1), (-1, -1),
            BeginMask=0b11, EndMask=0b11),
    strided("ellipsis", IMAGE, (1, 6, 5, 2), (0, 0), (0, 2), (1, 1), EllipsisMask=0b01,
            micro=False),
    strided("new axis", (4, 3), (2, 1, 3), (1, 0, 0), (3, 0, 3), (1, 1, 1), NewAxisMask=0b010,
            micro=False),
    strided("few dimensions", IMAGE, (1, 6, 5, 3), (0,), (1,), (1,), micro=False),
    moved("rows", "REVERSE_V2", IMAGE, IMAGE, (1,)),
    moved("pixels", "REVERSE_V2", IMAGE, IMAGE, (1, 2)),
    moved("channels", "REVERSE_V2", IMAGE, IMAGE, (-1,)),
    cut("SPLIT", "channels", (2, 3, 6), [(2, 3, 2)] * 3, [(2,)], 1, NumSplits=3),
    cut("SPLIT", "rows", (4, 3), [(2, 3)] * 2, [(0,)], 1, NumSplits=2),
    cut("SPLIT", "from the end", (1, 4, 6), [(1, 2, 6)] * 2, [(-2,)], 1, NumSplits=2),
    cut("SPLIT", "in one", (1, 4), [(1, 4)], [(1,)], 1, NumSplits=1),
    cut("SPLIT_V", "channels", (2, 3, 6), [(2, 3, 1), (2, 3, 3), (2, 3, 2)], [(1, 3, 2), (2,)],
        NumSplits=3),
    cut("SPLIT_V", "the rest", (7, 3), [(2, 3), (5, 3)], [(2, -1), (-2,)], NumSplits=2),
    cut("UNPACK", "rows", (3, 4), [(4,)] * 3, Num=3, Axis=0),
    cut("UNPACK", "channels", (2, 3, 4), [(2, 3)] * 4, Num=4, Axis=-1),
    cut("UNPACK", "steps of time", (1, 3, 4), [(1, 4)] * 3, Num=3, Axis=1),
]  # fmt: skip

JOINTS = [
    joined("CONCATENATION", "channels", [IMAGE, (1, 6, 5, 2)], (1, 6, 5, 5), 3),
    joined("CONCATENATION", "from the end", [(2, 3), (2, 1), (2, 4)], (2, 8), -1),
    joined("CONCATENATION", "rows", [(2, 3), (1, 3)], (3, 3), 0),
    joined("CONCATENATION", "one", [(2, 3)], (2, 3), 0),
    joined("CONCATENATION", "constant", [(2, 3), (2, 1)], (2, 4), 1, constant=1),
    joined("CONCATENATION", "ten", [(1, 2, 2, 1)] * 10, (1, 2, 2, 10), 3),
    joined("PACK", "first", [(2, 3)] * 3, (3, 2, 3), 0),
    joined("PACK", "last", [(2, 3)] * 2, (2, 3, 2), -1),
    joined("PACK", "middle", [(2, 3)] * 2, (2, 2, 3), 1),
    joined("PACK", "one", [(4,)], (1, 4), 0),
]

PLACES = [
    gather_at_run_time(),
    moved("columns", "GATHER", (4, 6), (4, 3), (5, 0, 0), options_type="GatherOptions", Axis=1),
    moved("from the end", "GATHER", (2, 4, 6), (2, 3, 6), (3, 0, 0), options_type="GatherOptions",
          Axis=-2),
    moved("to a higher rank", "GATHER", (4, 6), (2, 2, 6), [(3, 0), (1, 1)],
          options_type="GatherOptions", Axis=0),
    moved("batches", "GATHER", (2, 4, 3), (2, 2, 3), [(3, 0), (1, 1)],
          options_type="GatherOptions", Axis=1, BatchDims=1),
    moved("one", "GATHER", (4, 6), (6,), 2, options_type="GatherOptions", Axis=0),
    moved("rows", "GATHER_ND", (3, 4, 2), (2, 4, 2), [(2,), (0,)]),
    moved("pixels", "GATHER_ND", (3, 4, 2), (3, 2), [(2, 3), (0, 0), (1, 2)]),
    moved("elements", "GATHER_ND", (3, 4, 2), (2, 1), [[(2, 3, 1)], [(0, 0, 1)]]),
    moved("channels", "TILE", (2, 1, 3), (2, 1, 6), (1, 1, 2), micro=False),
    moved("everything", "TILE", (2, 3), (4, 9), (2, 3), micro=False),
    moved("nothing", "TILE", (2, 3), (2, 3), (1, 1), micro=False),
    moved("channels", "BROADCAST_TO", (1, 1, 3), (4, 5, 3), (4, 5, 3), litert=False),
    moved("to a higher rank", "BROADCAST_TO", (3,), (2, 4, 3), (2, 4, 3), litert=False),
    moved("columns", "BROADCAST_TO", (4, 1), (4, 5), (4, 5), litert=False),
    *(moved(f"mode {mode}", "MIRROR_PAD", IMAGE, (1, 9, 8, 3), [(0, 0), (1, 2), (2, 1), (0, 0)],
            options_type="MirrorPadOptions", Mode=mode) for mode in (0, 1)),
    *(moved(f"rows {mode}", "MIRROR_PAD", (4, 5), (7, 5), [(3, 0), (0, 0)],
            options_type="MirrorPadOptions", Mode=mode) for mode in (0, 1)),
    *(nearest(f"{size}", IMAGE, size) for size in SIZES),
    *(nearest(f"{size} corners", IMAGE, size, AlignCorners=True) for size in SIZES),
    *(nearest(f"{size} centers", IMAGE, size, HalfPixelCenters=True) for size in SIZES),
    *(nearest(f"{size} both", IMAGE, size, AlignCorners=True, HalfPixelCenters=True)
      for size in SIZES),
    nearest("batches", (2, 3, 3, 4), (6, 6)),
]  # fmt: skip


def filled(name: str, operator: str, output: Shape, *operands: np.ndarray) -> OperatorModel:
    """The sum of an input and a constant that FILL or ZEROS_LIKE makes."""
    writer = ModelWriter()
    x = activation(writer, "x", output, X)
    constants = [writer.constant(f"constant_{place}", data) for place, data in enumerate(operands)]
    made, y = (activation(writer, each, output, X) for each in ("made", "y"))
    if operator == "FILL":
        writer.tensors[constants[1]].scales, writer.tensors[constants[1]].zero_points = X
        writer.operator("FILL", constants, made)
    else:
        writer.operator("ZEROS_LIKE", [x], made)
    writer.operator("ADD", [x, made], y, "AddOptions")
    content, title = writer.write([x], [y]), f"{operator.lower()} {name}"
    return OperatorModel(title, content, ((output, "int8"),), litert=operator == "FILL")


def shaped() -> OperatorModel:
    """SHAPE of an input and its parts become the shape of a RESHAPE."""
    writer = ModelWriter()
    x = activation(writer, "x", (2, 3, 4), X)
    shape = writer.tensor("shape", (3,), "int32")
    writer.operator("SHAPE", [x], shape, "ShapeOptions", OutType=2)
    first = writer.tensor("first", (), "int32")
    limits = [writer.constant(f"limit_{place}", integers(place % 2)) for place in range(3)]
    limits[2] = writer.constant("stride", integers(1))
    writer.operator("STRIDED_SLICE", [shape, *limits], first, "StridedSliceOptions",
                    ShrinkAxisMask=1)  # fmt: skip
    rest = writer.constant("rest", np.array(12, np.int32))
    wanted = writer.tensor("wanted", (2,), "int32")
    writer.operator("PACK", [first, rest], wanted, "PackOptions", Axis=0, ValuesCount=2)
    y = activation(writer, "y", (2, 12), X)
    writer.operator("RESHAPE", [x, wanted], y, "ReshapeOptions")
    return OperatorModel("shape", writer.write([x], [y]), (((2, 3, 4), "int8"),))


SHAPES = [
    filled("int8", "FILL", (2, 3), integers(2, 3), np.array(-7, np.int8)),
    filled("zeros", "ZEROS_LIKE", (2, 3)),
    shaped(),
]

BLOCKS = [
    *(moved(f"{block}", "DEPTH_TO_SPACE", (2, 2, 3, 3 * block**2), (2, 2 * block, 3 * block, 3),
            options_type="DepthToSpaceOptions", BlockSize=block) for block in (1, 2, 3)),
    *(moved(f"{block}", "SPACE_TO_DEPTH", (2, 2 * block, 3 * block, 3), (2, 2, 3, 3 * block**2),
            options_type="SpaceToDepthOptions", BlockSize=block) for block in (1, 2, 3)),
    moved("plain", "SPACE_TO_BATCH_ND", (1, 4, 6, 3), (4, 2, 3, 3), (2, 2), [(0, 0), (0, 0)]),
    moved("2 by 3", "SPACE_TO_BATCH_ND", (2, 4, 6, 3), (12, 2, 2, 3), (2, 3), [(0, 0), (0, 0)]),
    moved("sequence", "SPACE_TO_BATCH_ND", (1, 6, 3), (2, 3, 3), (2,), [(0, 0)]),
    moved("padded", "SPACE_TO_BATCH_ND", (1, 3, 5, 3), (4, 2, 3, 3), (2, 2), [(1, 0), (0, 1)],
          micro=False),
    moved("plain", "BATCH_TO_SPACE_ND", (4, 2, 3, 3), (1, 4, 6, 3), (2, 2), [(0, 0), (0, 0)]),
    moved("2 by 3", "BATCH_TO_SPACE_ND", (12, 2, 2, 3), (2, 4, 6, 3), (2, 3), [(0, 0), (0, 0)]),
    moved("sequence", "BATCH_TO_SPACE_ND", (2, 3, 3), (1, 6, 3), (2,), [(0, 0)]),
    moved("cropped", "BATCH_TO_SPACE_ND", (4, 2, 3, 3), (1, 3, 4, 3), (2, 2), [(1, 0), (0, 2)]),
]  # fmt: skip

MODELS = [*CUTS, *JOINTS, *PLACES, *SHAPES, *BLOCKS]
