"""Products of vectors, of all elements, and sums of windows."""

from __future__ import annotations

from typing import Any

import torch
from torch.fx import Node

from .....ops.pytorch.node import shape_of
from .make import Expansion, Make

aten = torch.ops.aten


def _matrix_by_vector(make: Make, matrix: Node, vector: Node) -> Node:
    """A constant matrix is the weight of a linear layer."""
    if make.data(matrix) is not None:
        return make(aten.linear.default, vector, matrix)
    return make(aten.matmul.default, matrix, vector)


def _mv(make: Make, values: dict[str, Any]) -> Node:
    return _matrix_by_vector(make, values["self"], values["vec"])


def _addmv(make: Make, values: dict[str, Any]) -> Node:
    product = _matrix_by_vector(make, values["mat"], values["vec"])
    added = values["self"]
    if values["beta"] != 1:
        added = make(aten.mul.Tensor, added, values["beta"])
    return make(aten.add.Tensor, added, product, alpha=values["alpha"])


def _dot(make: Make, values: dict[str, Any]) -> Node:
    return make(aten.matmul.default, *list(values.values())[:2])


def _product(make: Make, values: dict[str, Any]) -> Node:
    """Of all elements: halves are multiplied until one is left."""
    return _halved(make, make(aten.flatten.using_ints, values["self"]), 0, keepdim=False)


def _product_of_dimension(make: Make, values: dict[str, Any]) -> Node:
    rank = len(shape_of(values["self"]))
    if rank == 0:
        return values["self"]
    return _halved(make, values["self"], values["dim"] % rank, keepdim=values["keepdim"])


def _halved(make: Make, value: Node, axis: int, *, keepdim: bool) -> Node:
    while (size := shape_of(value)[axis]) > 1:
        half = size // 2
        first, second, odd = (
            make(aten.slice.Tensor, value, axis, start, end)
            for start, end in ((0, half), (half, 2 * half), (2 * half, size))
        )
        value = make(aten.mul.Tensor, first, second)
        if size % 2:
            value = make(aten.cat.default, [value, odd], axis)
    return value if keepdim else make(aten.squeeze.dim, value, axis)


def _fold(make: Make, values: dict[str, Any]) -> Node | None:
    """Windows that overlap: a transposed convolution that puts each element in its place."""
    kernel, stride = values["kernel_size"], values["stride"]
    dilation, padding = values["dilation"], values["padding"]
    sizes = values["output_size"]
    if all(d == 1 and k <= s for k, s, d in zip(kernel, stride, dilation, strict=True)):
        return None
    spans = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
    windows = [
        (size + 2 * p - span) // s + 1
        for size, p, span, s in zip(sizes, padding, spans, stride, strict=True)
    ]
    left = [
        size + 2 * p - span - (count - 1) * s
        for size, p, span, count, s in zip(sizes, padding, spans, windows, stride, strict=True)
    ]
    shape = shape_of(values["self"])
    area = kernel[0] * kernel[1]
    channels = shape[-2] // area
    weight = torch.eye(area).repeat(channels, 1).reshape(channels * area, 1, *kernel)
    images = make(aten.reshape.default, values["self"], [*shape[:-1], *windows])
    places = make.constant(weight, "weight")
    parameters = (places, None, stride, padding, left, channels, dilation)
    return make(aten.conv_transpose2d.input, images, *parameters)


PRODUCTS: dict[Any, Expansion] = {
    aten.addmv.default: _addmv,
    aten.col2im.default: _fold,
    aten.dot.default: _dot,
    aten.mv.default: _mv,
    aten.prod.default: _product,
    aten.prod.dim_int: _product_of_dimension,
    aten.vdot.default: _dot,
}
