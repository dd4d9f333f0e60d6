"""Random networks whose values have rows: branches, strides, pools, borders, odd sizes."""

from __future__ import annotations

from typing import Any

import numpy as np

from torch_cortex_m import ops
from torch_cortex_m.ir import Graph, Port, Quantization, TensorType
from torch_cortex_m.ops.add.cases import case as add_case
from torch_cortex_m.ops.base import Case
from torch_cortex_m.ops.conv2d.cases import case as conv2d_case
from torch_cortex_m.ops.conv_transpose2d.cases import case as transposed_case
from torch_cortex_m.ops.depthwise_conv2d.cases import case as depthwise_case
from torch_cortex_m.ops.resize_bilinear.places import pytorch_places
from torch_cortex_m.schedule import RowsByNode, Strips, cut
from torch_cortex_m.schedule.regions import RegionBuilder

Q = Quantization(0.1, -7)


def add_case_node(graph: Graph, case: Case, *given: str, name: str = "") -> str:
    """A node of the case's operator on these values and the case's constants, called so or as the
    case is."""
    values = iter(given)
    inputs: list[str | None] = []
    for argument in case.op.tensor_names():
        data = case.tensors.get(argument)
        if argument in case.activations:
            inputs.append(next(values))
        else:
            inputs.append(None if data is None else graph.add_constant(argument, data))
    return graph.add_node(case.op, tuple(inputs), name or case.name, quantization=Q)


class DrawnNetwork:
    """``graph``: a network of ``nodes`` operators, all drawn by ``rng``."""

    def __init__(self, rng: np.random.Generator, nodes: int) -> None:
        self.rng = rng
        self.graph = Graph("drawn")
        height, width, channels = rng.integers(4, 15), rng.integers(1, 9), rng.integers(1, 7)
        self._batches = 1 if rng.random() < 0.9 else 2
        shape = (self._batches, int(height), int(width), int(channels))
        if rng.random() < 0.2:  # time is the row
            shape = (self._batches, 1, int(height), int(channels))
        self.values = [self.graph.add_input("x", TensorType(shape, "int8", Q))]
        for _ in range(nodes):
            self.values.append(self._node())
        self.graph.outputs.append(Port(self.values[-1], self._shape(self.values[-1])))
        if rng.random() < 0.3:
            value = self._any()
            self.graph.outputs.append(Port(value, self._shape(value)))
        if rng.random() < 0.5:
            value = self._mean(self._any())
            self.graph.outputs.append(Port(value, self._shape(value)))

    def _shape(self, value: str) -> tuple[int, ...]:
        return self.graph.types[value].shape

    def _any(self) -> str:
        """Mostly the last value."""
        recent = self.values[-1 if self.rng.random() < 0.7 else -4 :]
        return recent[self.rng.integers(len(recent))]

    def _number(self, low: int, high: int) -> int:
        return int(self.rng.integers(low, high + 1))

    def _node(self) -> str:
        value = self._any()
        kinds = (
            (self._conv2d, 0.25),
            (self._depthwise, 0.2),
            (self._pool, 0.12),
            (self._add, 0.16),
            (self._concatenate, 0.1),
            (self._pad, 0.05),
            (self._resize, 0.03),
            (self._upsample, 0.03),
            (self._transposed, 0.06),
        )
        kind = self.rng.choice(len(kinds), p=[share for _, share in kinds])
        return kinds[kind][0](value)

    def _window(self, value: str, largest: int) -> tuple[tuple[int, int], dict[str, Any]]:
        """A kernel's size, and fields with which there is an output."""
        height, width = self._shape(value)[1:3]
        kernel = (min(self._number(1, largest), height + 1), min(self._number(1, 3), width + 1))
        top, bottom = (self._number(0, kernel[0] - 1) for _ in range(2))
        left, right = (self._number(0, kernel[1] - 1) for _ in range(2))
        lacking = max(0, kernel[0] - height - top - bottom)
        padding = (top, left, bottom + lacking, right + max(0, kernel[1] - width - left - right))
        stride = (self._number(1, 2), self._number(1, 2))
        return kernel, {"padding": padding, "stride": stride}

    def _conv2d(self, value: str) -> str:
        kernel, fields = self._window(value, 5)
        filters = self._number(1, 8)
        case = conv2d_case(str(self.rng.random()), self._shape(value), filters, kernel, **fields)
        return add_case_node(self.graph, case, value)

    def _depthwise(self, value: str) -> str:
        kernel, fields = self._window(value, 4)
        case = depthwise_case(str(self.rng.random()), self._shape(value), kernel, **fields)
        return add_case_node(self.graph, case, value)

    def _upsample(self, value: str) -> str:
        """Nearest neighbours of rows or columns, two to four of three or twice as many."""
        axis = self._number(1, 2)
        size = self._shape(value)[axis]
        wanted = size * 2 if size % 3 or self.rng.random() < 0.5 else size // 3 * self._number(2, 4)
        if wanted > 24:
            return self._pool(value)
        indices = np.arange(wanted, dtype=np.int32) * size // wanted
        given = (value, self.graph.add_constant("indices", indices.astype(np.int32)))
        return self.graph.add_node(ops.operator("gather", axis=axis), given, "up", quantization=Q)

    def _resize(self, value: str) -> str:
        """Bilinear, to one to three times the size, or with aligned corners to one less of the
        parts between."""
        scale, aligned = self._number(1, 3), self.rng.random() < 0.3
        sizes = self._shape(value)[1:3]
        outputs = [scale * (size - 1) + 1 if aligned else scale * size for size in sizes]
        if max(outputs) > 24:
            return self._pool(value)
        rows, columns = (
            pytorch_places(size, count, align_corners=aligned, scale=None)
            for size, count in zip(sizes, outputs, strict=True)
        )
        op = ops.operator("resize_bilinear", rows=rows, columns=columns)
        return self.graph.add_node(op, (value,), "resized", quantization=Q)

    def _transposed(self, value: str) -> str:
        """With all sizes of the output, those that strides do not divide, too."""
        shape = self._shape(value)
        kernel = (self._number(1, 4), self._number(1, 3))
        stride, dilation = (self._number(1, 3), self._number(1, 2)), (self._number(1, 2), 1)
        padding = (self._number(0, 3), self._number(0, 2))
        sizes = [
            (shape[axis + 1] - 1) * stride[axis] + dilation[axis] * (kernel[axis] - 1) + 1
            for axis in range(2)
        ]
        more = [self._number(-2, 1) for _ in range(2)]
        output = tuple(
            max(size + extra - cut, 1)
            for size, extra, cut in zip(sizes, more, padding, strict=True)
        )
        if max(output) > 24:
            return self._pool(value)
        fields = {"stride": stride, "padding": padding, "dilation": dilation, "output_size": output}
        name = str(self.rng.random())
        case = transposed_case(name, shape, self._number(1, 5), kernel, **fields)
        return add_case_node(self.graph, case, value)

    def _pool(self, value: str) -> str:
        kernel, fields = self._window(value, 3)
        height, width = self._shape(value)[1:3]
        kernel = (min(kernel[0], height), min(kernel[1], width))
        halves = (kernel[0] // 2, kernel[1] // 2)
        fields["padding"] = (halves * 2) if self.rng.random() < 0.5 else (0, 0, 0, 0)
        name = ("max_pool2d", "avg_pool2d")[self._number(0, 1)]
        op = ops.operator(name, kernel=kernel, **fields)
        return self.graph.add_node(op, (value,), name, quantization=Q)

    def _mean(self, value: str) -> str:
        """Of the whole image."""
        op = ops.operator("avg_pool2d", kernel=self._shape(value)[1:3])
        return self.graph.add_node(op, (value,), "mean", quantization=Q)

    def _add(self, value: str) -> str:
        like = [other for other in self.values if self._shape(other) == self._shape(value)]
        other = like[self.rng.integers(len(like))]
        case = add_case(str(self.rng.random()), self._shape(value), self._shape(other))
        return add_case_node(self.graph, case, value, other)

    def _concatenate(self, value: str) -> str:
        shape = self._shape(value)
        like = [v for v in self.values if self._shape(v)[:3] == shape[:3] and v != value]
        if not like or shape[3] > 12:
            return self._conv2d(value)
        other = like[self.rng.integers(len(like))]
        op = ops.operator("concatenate", axis=3)
        return self.graph.add_node(op, (value, other), "joined", quantization=Q)

    def _pad(self, value: str) -> str:
        widths = (0, 0, *(self._number(0, 2) for _ in range(4)), 0, 0)
        op = ops.operator("pad", padding=widths, value=self._number(-9, 9))
        return self.graph.add_node(op, (value,), "padded", quantization=Q)


def drawn_rows(rng: np.random.Generator, builder: RegionBuilder, rows: RowsByNode) -> RowsByNode:
    """Some rows that a call may compute."""
    rules = [rule for name in rows if (rule := builder.rules.rule(name)) is not None]
    return {rule.node.name: int(rng.choice(rule.rows_a_call)) for rule in rules}


def drawn_regions(rng: np.random.Generator, graph: Graph) -> list[RowsByNode]:
    """Up to three regions of a graph, one behind the other, with any rows a call."""
    builder = RegionBuilder(graph)
    regions: list[RowsByNode] = []
    first = 0
    while first < len(builder.nodes) and len(regions) < 3:
        found = None
        for last in rng.permutation(np.arange(first, len(builder.nodes))):
            rows = builder.rows_a_call(first, int(last), 1 << 30)
            drawn = rows and drawn_rows(rng, builder, rows)
            if drawn and builder.region(drawn) is not None:
                found = drawn
                break
        if found is not None and rng.random() < 0.8:
            regions.append(found)
            first += len(found)
        else:
            first += 1
    return regions


def drawn_strips(rng: np.random.Generator, graph: Graph) -> Strips | None:
    """Two to four strips of some nodes that can compute them."""
    names = [node.name for node in graph.computing_nodes()]
    spans = [names[i:j] for j in range(1, len(names) + 1) for i in range(j)]
    for index in rng.permutation(len(spans)):
        strips = cut(graph, spans[index], int(rng.integers(2, 5)))
        if strips is not None:
            return strips.graph_in_strips()
    return None
