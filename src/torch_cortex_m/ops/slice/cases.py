"""What slice must take out of tensors, everywhere."""

from __future__ import annotations

from ...ir import TensorType
from ..base import Case
from ..rules.case_data import generator, random_data
from .op import Slice

Numbers = tuple[int, ...]


def case(
    name: str,
    shape: Numbers,
    begin: Numbers,
    size: Numbers,
    dtype: str = "int8",
    step: Numbers = (),
) -> Case:
    data = random_data(generator(f"slice {name}"), TensorType(shape, dtype))
    return Case(name, Slice(begin, size, step), {"input": data})


CASES = [
    case("all", (2, 3), (0, 0), (2, 3)),
    case("rank_0", (), (), ()),
    case("rows", (5, 3), (1, 0), (3, 3)),
    case("row_of_one_image", (1, 5, 4, 3), (0, 2, 0, 0), (1, 2, 4, 3)),
    case("part_of_a_row", (4, 7), (2, 3), (1, 2)),
    case("columns", (4, 7), (0, 3), (4, 2)),
    case("channels", (1, 3, 4, 8), (0, 0, 0, 5), (1, 3, 4, 3)),
    case("1_channel", (2, 3, 3, 4), (0, 0, 0, 1), (2, 3, 3, 1)),
    case("window", (1, 6, 6, 2), (0, 1, 2, 0), (1, 4, 3, 2)),
    case("long_runs", (3, 100), (0, 17), (3, 70)),
    case("box_of_rank_6", (2, 3, 2, 3, 2, 4), (0, 1, 0, 1, 0, 1), (2, 2, 1, 2, 1, 2)),
    case("int16_channels", (3, 5), (0, 1), (3, 3), "int16"),
    case("int32_rows", (3, 5), (1, 0), (2, 5), "int32"),
    case(
        "int32_box_of_rank_6", (2, 2, 2, 2, 2, 3), (0, 0, 1, 0, 1, 1), (2, 1, 1, 2, 1, 2), "int32"
    ),
    case("float32_channels", (4, 3), (0, 1), (4, 2), "float32"),
    case("bool_columns", (4, 5), (0, 1), (4, 2), "bool"),
    case("every_second_row", (7, 3), (1, 0), (3, 3), step=(2, 1)),
    case("every_third_column", (4, 10), (0, 1), (4, 3), step=(1, 3)),
    case("every_second_pixel", (1, 6, 7, 3), (0, 0, 1, 0), (1, 3, 3, 3), step=(1, 2, 2, 1)),
    case("every_second_of_some_columns", (2, 6, 8), (0, 1, 2), (2, 2, 3), step=(1, 3, 2)),
    case("backwards", (9,), (8,), (9,), step=(-1,)),
    case("backwards_by_rows", (1, 4, 5, 2), (0, 3, 0, 0), (1, 4, 5, 2), step=(1, -1, 1, 1)),
    case("turned_around", (3, 4, 5), (2, 3, 4), (3, 4, 5), step=(-1, -1, -1)),
    case("backwards_in_steps", (3, 9), (2, 7), (2, 3), step=(-2, -3)),
    case("row_again_and_again", (1, 5), (0, 0), (4, 5), step=(0, 1)),
    case("column_again_and_again", (3, 4), (0, 2), (3, 6), step=(1, 0)),
    case("element_again_and_again", (2, 3), (1, 2), (3, 5), step=(0, 0)),
    case(
        "channels_of_pixels_doubled",
        (2, 1, 3, 1, 4),
        (0,) * 5,
        (2, 2, 3, 2, 4),
        step=(1, 0, 1, 0, 1),
    ),
    case("step_of_one_element", (4, 6), (2, 1), (1, 5), step=(5, 1)),
    case(
        "steps_of_rank_6",
        (3, 2, 3, 2, 3, 4),
        (0, 1, 2, 0, 1, 3),
        (2, 2, 2, 2, 1, 2),
        step=(2, -1, -2, 0, 7, -3),
    ),
    case("int16_backwards", (3, 5), (0, 4), (3, 5), "int16", (1, -1)),
    case("int32_steps", (5, 5), (0, 1), (3, 2), "int32", (2, 2)),
    case("float32_again_and_again", (4, 1), (0, 0), (4, 3), "float32", (1, 0)),
]
