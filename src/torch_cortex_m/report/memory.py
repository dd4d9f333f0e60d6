"""Which bytes of the arena hold what, layer by layer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..generate import Generated
from ..ir import Graph
from ..ir.artifacts import MemoryPlan
from ..ir.regions import Region
from ..ops.base import Layer


@dataclass(frozen=True)
class Block:
    """Bytes of the arena that hold one thing from the ``first`` step to the ``last``.

    kind: "value", "window" (a few rows of a value), "scratch" or "copy" (an output or a state that
    was computed elsewhere).
    """

    name: str
    kind: str
    offset: int
    bytes: int
    first: int
    last: int
    note: str = ""

    @property
    def end(self) -> int:
        return self.offset + self.bytes


def blocks_of(generated: Generated, layers: Mapping[str, Layer]) -> list[Block]:
    """What lies in the arena. A step is a layer that computes something, in the order of
    execution; the last step is what follows the last layer.

    layers: what one call of each node computes.
    """
    return list(_Blocks(generated, layers).all())


def bytes_in_use(blocks: list[Block], step: int) -> int:
    """Bytes that hold something at a step, each counted once."""
    total = end = 0
    for block in sorted((b for b in blocks if b.first <= step <= b.last), key=lambda b: b.offset):
        total += max(0, block.end - max(end, block.offset))
        end = max(end, block.end)
    return total


class _Blocks:
    def __init__(self, generated: Generated, layers: Mapping[str, Layer]) -> None:
        self.graph: Graph = generated.graph
        self.plan: MemoryPlan = generated.plan
        self.generated, self.layers = generated, layers
        names = [node.name for node in self.graph.computing_nodes()]
        self.steps = {name: index for index, name in enumerate(names)}
        self.end = len(names)
        self.spans = {
            each: self._region_span(region) for region in self.plan.regions for each in region.nodes
        }

    def _region_span(self, region: Region) -> tuple[int, int]:
        steps = [self.steps[name] for name in region.nodes]
        return min(steps), max(steps)

    def all(self) -> Iterator[Block]:
        yield from self._values()
        yield from self._windows()
        yield from self._scratch()
        yield from self._copies()

    def _values(self) -> Iterator[Block]:
        viewed = self._viewed()
        for value, location in self.plan.locations.items():
            if location.kind == "arena" and value not in viewed:
                first, last = self._life(value, {v for v, root in viewed.items() if root == value})
                size = self._extent(value)
                yield Block(value, "value", location.offset, size, first, last, self._type(value))

    def _viewed(self) -> dict[str, str]:
        """Value that is a view -> the value whose bytes it shows."""
        found: dict[str, str] = {}
        for node in self.graph.nodes:
            views = node.op.views(self.graph.present_types(node)) or ()
            for output, view in zip(node.outputs, views, strict=bool(views)):
                value = node.arguments()[view.argument]
                assert value is not None
                found[output] = found.get(value, value)
        return found

    def _life(self, value: str, views: set[str]) -> tuple[int, int]:
        producer = self.graph.producer(value)
        first = 0 if producer is None else self._span(producer.name)[0]
        users = [user for name in (value, *views) for user in self.graph.users(name)]
        last = max([first, *(self._span(u.name)[1] for u in users if u.name in self.steps)])
        if producer is not None:
            last = max(last, self._span(producer.name)[1])
        is_result = any(self.graph.is_result(name) for name in (value, *views))
        return first, self.end if is_result else last

    def _span(self, node: str) -> tuple[int, int]:
        step = self.steps[node]
        return self.spans.get(node, (step, step))

    def _extent(self, value: str) -> int:
        type_, stride = self.graph.types[value], self.plan.strides.get(value)
        if stride is None:
            return type_.bytes
        row = type_.shape[-1] * type_.element_bytes
        return (type_.bytes // row - 1) * stride + row

    def _type(self, value: str) -> str:
        type_ = self.graph.types[value]
        return f"{type_.dtype} {shape_text(type_.shape)}"

    def _windows(self) -> Iterator[Block]:
        for (index, value), offset in self.plan.windows.items():
            region = self.plan.regions[index]
            window = region.windows[value]
            first, last = self._region_span(region)
            note = f"{window.rows} rows of {self._type(value)}"
            yield Block(value, "window", offset, window.bytes, first, last, note)

    def _scratch(self) -> Iterator[Block]:
        for node, offset in self.plan.scratch.items():
            kernel = self.generated.selection[node]
            size = kernel.scratch_bytes(
                self.layers[node]
            )  # 0: what a library says when it is built
            if size:
                yield Block(node, "scratch", offset, size, *self._span(node), kernel.name)

    def _copies(self) -> Iterator[Block]:
        for copy in self.plan.copies:
            if copy.destination.kind == "arena":
                size, offset = self.graph.types[copy.value].bytes, copy.destination.offset
                yield Block(copy.value, "copy", offset, size, self.end, self.end)


def shape_text(shape: Sequence[int], space: str = " ") -> str:
    return f"{space}\N{MULTIPLICATION SIGN}{space}".join(map(str, shape)) or "scalar"
