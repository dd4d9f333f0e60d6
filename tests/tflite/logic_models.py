"""Small models of truth values, conversions and sums of many, with all their corner cases."""

from __future__ import annotations

from typing import Any

import numpy as np
from model_writer import ModelWriter
from operator_models import OperatorModel, Quantization, Shape, X, Y, activation, integers

PLAIN = (3, 4, 5)


def logic(operator: str, name: str, shapes: tuple[Shape, ...], output: Shape) -> OperatorModel:
    writer = ModelWriter()
    given = [writer.tensor(f"x{place}", shape, "bool") for place, shape in enumerate(shapes)]
    result = writer.tensor("y", output, "bool")
    writer.operator(operator, given, result)
    inputs = tuple((shape, "bool") for shape in shapes)
    return OperatorModel(f"{operator} {name}", writer.write(given, [result]), inputs)


LOGIC = [
    *(logic(operator, name, shapes, (3, 4, 5))
      for operator in ("LOGICAL_AND", "LOGICAL_OR")
      for name, shapes in (("plain", (PLAIN, PLAIN)), ("columns", (PLAIN, (1, 4, 1))),
                           ("first broadcasts", ((5,), PLAIN)))),
    logic("LOGICAL_NOT", "plain", (PLAIN,), PLAIN),
    logic("LOGICAL_NOT", "one", ((1,),), (1,)),
]  # fmt: skip


def compared(
    operator: str, dtype: str, shapes: tuple[Shape, Shape], output: Shape
) -> OperatorModel:
    """With a constant that has the ends of the type."""
    writer = ModelWriter()
    rng = np.random.default_rng(7)
    info = np.iinfo("int32")
    ends = np.resize([info.min, -1, 0, 1, info.max], shapes[1])
    data = rng.integers(0, 2, shapes[1]).astype(bool) if dtype == "bool" else ends.astype(dtype)
    x = writer.tensor("x", shapes[0], dtype)
    other, y = writer.constant("other", data), writer.tensor("y", output, "bool")
    writer.operator(operator, [x, other], y)
    content = writer.write([x], [y])
    return OperatorModel(f"{operator} {dtype} {shapes}", content, ((shapes[0], dtype),))


COMPARISONS = [
    compared(operator, dtype, shapes, PLAIN)
    for operator in ("EQUAL", "NOT_EQUAL", "LESS", "LESS_EQUAL", "GREATER", "GREATER_EQUAL")
    for dtype in ("int32", "bool")
    for shapes in ((PLAIN, PLAIN), (PLAIN, (5,)))
    if dtype == "int32" or operator in ("EQUAL", "NOT_EQUAL")
]


def chosen(
    name: str,
    shapes: tuple[Shape, Shape, Shape],
    output: Shape,
    condition: bool = False,
    **fields: Any,
) -> OperatorModel:
    """SELECT_V2 of int8; ``condition``: whether it is a constant."""
    writer = ModelWriter()
    data = np.random.default_rng(5).integers(0, 2, shapes[0]).astype(bool) if condition else None
    mask = writer.tensor("condition", shapes[0], "bool", data=data)
    x, y = activation(writer, "x", shapes[1], X), activation(writer, "y", shapes[2], X)
    result = activation(writer, "z", output, X)
    writer.operator("SELECT_V2", [mask, x, y], result)
    dtypes = ("bool", "int8", "int8")
    given = [(value, (shape, dtype))
             for value, shape, dtype in zip((mask, x, y), shapes, dtypes, strict=True)
             if not (condition and value == mask)]  # fmt: skip
    content = writer.write([value for value, _ in given], [result])
    return OperatorModel(f"choice {name}", content, tuple(each for _, each in given), **fields)


CHOICES = [
    chosen("of an input", (PLAIN, PLAIN, PLAIN), PLAIN),
    chosen("by a constant", (PLAIN, PLAIN, PLAIN), PLAIN, True),
    chosen("mask of columns", ((5,), PLAIN, PLAIN), PLAIN),
    chosen("one number", (PLAIN, PLAIN, (1,)), PLAIN),
    chosen("numbers", (PLAIN, (1,), (1,)), PLAIN),
    chosen("all broadcast", ((3, 1, 1), (1, 4, 1), (1, 1, 5)), PLAIN),
    chosen("one truth", ((1,), PLAIN, PLAIN), PLAIN),
    chosen("rank 0", ((), (), ()), (), litert=False),
]


def cast(name: str, source: str, result: str, **fields: Any) -> OperatorModel:
    """int8 and int16 have a scale, which does not count."""
    writer, shape = ModelWriter(), (4, 50)
    quantization: dict[str, dict[str, Any]] = {
        "int8": {"scales": 0.5, "zero_points": 7},
        "int16": {"scales": 0.5},
    }
    x = writer.tensor("x", shape, source, **quantization.get(source, {}))
    y = writer.tensor("y", shape, result, **quantization.get(result, {}))
    writer.operator("CAST", [x], y, "CastOptions")
    return OperatorModel(f"cast {name}", writer.write([x], [y]), ((shape, source),), **fields)


CASTS = [
    cast(f"{source} to {result}", source, result)
    for source in ("bool", "int8", "int16", "int32")
    for result in ("bool", "int8", "int16", "int32", "float32")
]


def of_integers(
    operator: str, shapes: tuple[Shape, Shape], result: Shape, *, constant: bool = False
) -> OperatorModel:
    """Of int32, as the indices and sizes that a model computes are."""
    writer = ModelWriter()
    data = integers(*range(-3, 4 * shapes[1][-1], 4))[: shapes[1][-1]] if constant else None
    operands = [
        writer.tensor("x0", shapes[0], "int32"),
        writer.tensor("x1", shapes[1], "int32", data=data),
    ]
    y = writer.tensor("y", result, "int32")
    options = f"{operator.title()}Options" if operator in ("ADD", "SUB", "MUL") else None
    writer.operator(operator, operands, y, options)
    given = operands[:1] if constant else operands
    inputs = tuple((shape, "int32") for shape in shapes[: len(given)])
    name = f"{operator.lower()} int32 {shapes}"
    return OperatorModel(name, writer.write(given, [y]), inputs)


INTEGERS = [
    model
    for operator in ("ADD", "SUB", "MUL", "MAXIMUM", "MINIMUM")
    for model in (
        of_integers(operator, (PLAIN, PLAIN), PLAIN),
        of_integers(operator, (PLAIN, PLAIN[-1:]), PLAIN, constant=True),
    )
]


def add_n(
    count: int, shape: Shape, x: Quantization = X, y: Quantization = Y, **fields: Any
) -> OperatorModel:
    """LiteRT does not know it in int8."""
    writer = ModelWriter()
    given = [activation(writer, f"x{place}", shape, x) for place in range(count)]
    result = activation(writer, "y", shape, y)
    writer.operator("ADD_N", given, result, "AddNOptions")
    content = writer.write(given, [result])
    inputs = ((shape, "int8"),) * count
    return OperatorModel(f"add_n {count} {x} {y}", content, inputs, litert=False, **fields)


SUMS_OF_MANY = [
    add_n(2, (2, 30)),
    add_n(3, (1, 4, 5, 3)),
    add_n(5, (99,), (0.05, -128), (0.3, 127)),
    add_n(12, (40,), (0.05, 127), (0.4, -128)),
    add_n(3, (40,), (0.05, 0), (0.001, 5)),
]


def broadcast_args() -> OperatorModel:
    writer = ModelWriter()
    x = activation(writer, "x", (1, 4, 1), X)
    shapes = [
        writer.constant("first", np.array([3, 1, 5], np.int32)),
        writer.constant("second", np.array([4, 1], np.int32)),
    ]
    wanted, y = writer.tensor("wanted", (3,), "int32"), activation(writer, "y", (1, 4, 1), X)
    writer.operator("BROADCAST_ARGS", shapes, wanted)
    writer.operator("RESHAPE", [x], y, "ReshapeOptions", NewShape=[1, 4, 1])
    content = writer.write([x], [y, wanted])
    return OperatorModel("broadcast_args", content, (((1, 4, 1), "int8"),), 2)


MODELS = [*LOGIC, *COMPARISONS, *CHOICES, *CASTS, *INTEGERS, *SUMS_OF_MANY, broadcast_args()]
