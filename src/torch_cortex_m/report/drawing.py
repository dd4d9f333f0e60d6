"""Where the boxes and lines of a graph go: ranks from top to bottom, lanes from left to right.

A box is one rank below the lowest box that it reads from. A line that passes ranks keeps a lane
there for itself, so that no line runs through a box.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, NamedTuple

from .cycles import share_of_cycles
from .memory import shape_text

BOX_WIDTH = 236
LINE_WIDTH = 30
"""Of a lane that has lines only."""
LANE_GAP = 26
RANK_GAP = 38
MARGIN = 12
HEIGHTS = {"layer": 58, "view": 30, "port": 34}
CHIP_HEIGHT = 16


@dataclass(frozen=True)
class Box:
    """kind: "layer", "view" or "port". chips: what was fused into it."""

    name: str
    kind: str
    title: str
    text: str
    reads: tuple[str, ...]
    chips: tuple[str, ...] = ()
    share: float = 0.0
    step: int | None = None
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    """Of the lines to it, by what it reads."""

    @property
    def height(self) -> int:
        return HEIGHTS[self.kind] + (CHIP_HEIGHT if self.chips else 0)


class Placed(NamedTuple):
    box: Box
    x: float
    y: float


class Line(NamedTuple):
    """path: of an SVG; label: beside its begin."""

    path: str
    label: str
    x: float
    y: float


class Drawing(NamedTuple):
    width: float
    height: float
    boxes: list[Placed]
    lines: list[Line]


class _Item(NamedTuple):
    """A box, or where a line passes a rank."""

    box: str
    line: tuple[str, str] | None = None


def draw(boxes: Sequence[Box]) -> Drawing:
    """Boxes come after those that they read from."""
    return _Layout(boxes).drawing()


class _Layout:
    def __init__(self, boxes: Sequence[Box]) -> None:
        self.boxes = {box.name: box for box in boxes}
        self.rank = _ranks(boxes)
        self.edges = [(r, box.name) for box in boxes for r in dict.fromkeys(box.reads)]
        self.lane: dict[tuple[_Item, int], int] = {}
        self._assign_lanes()
        self.left = self._lane_lefts()
        self.top = self._rank_tops()

    def _assign_lanes(self) -> None:
        for rank in range(max(self.rank.values(), default=-1) + 1):
            taken: set[int] = set()
            for wanted, item in sorted(self._wishes(rank), key=lambda wish: wish[0]):
                lane = wanted[0]
                while lane in taken:
                    lane += 1
                taken.add(lane)
                self.lane[item, rank] = lane

    def _wishes(self, rank: int) -> Iterator[tuple[tuple[int, bool, int], _Item]]:
        """((the lane that an item would like, boxes first, its place), the item)."""
        for place, box in enumerate(self.boxes.values()):
            if self.rank[box.name] == rank:
                lanes = [self.lane[self._above((r, box.name), rank), rank - 1] for r in box.reads]
                yield (min(lanes, default=0), False, place), _Item(box.name)
        for place, edge in enumerate(self.edges):
            if self.rank[edge[0]] < rank < self.rank[edge[1]]:
                lane = self.lane[self._above(edge, rank), rank - 1]
                yield (lane, True, place), _Item("", edge)

    def _above(self, edge: tuple[str, str], rank: int) -> _Item:
        """What a line comes from in the rank above."""
        return _Item(edge[0]) if self.rank[edge[0]] == rank - 1 else _Item("", edge)

    def _lane_lefts(self) -> list[float]:
        with_boxes = {lane for (item, _), lane in self.lane.items() if item.line is None}
        lefts: list[float] = []
        left = float(MARGIN)
        for lane in range(max(self.lane.values(), default=-1) + 1):
            lefts.append(left)
            left += (BOX_WIDTH if lane in with_boxes else LINE_WIDTH) + LANE_GAP
        self.width = left - LANE_GAP + MARGIN
        return lefts

    def _rank_tops(self) -> list[float]:
        tops: list[float] = []
        top = float(MARGIN)
        for rank in range(max(self.rank.values(), default=-1) + 1):
            tops.append(top)
            top += self._rank_height(rank) + RANK_GAP
        self.height = top - RANK_GAP + MARGIN
        return tops

    def _rank_height(self, rank: int) -> int:
        return max(box.height for box in self.boxes.values() if self.rank[box.name] == rank)

    def drawing(self) -> Drawing:
        placed = [
            Placed(
                box,
                self._x(_Item(box.name), self.rank[box.name]) - BOX_WIDTH / 2,
                self._y(box.name),
            )
            for box in self.boxes.values()
        ]
        return Drawing(self.width, self.height, placed, list(map(self._line, self.edges)))

    def _x(self, item: _Item, rank: int) -> float:
        """The middle of a box, and of a line that passes at the left of its lane."""
        width = BOX_WIDTH if item.line is None else LINE_WIDTH
        return self.left[self.lane[item, rank]] + width / 2

    def _y(self, box: str) -> float:
        rank = self.rank[box]
        return self.top[rank] + (self._rank_height(rank) - self.boxes[box].height) / 2

    def _line(self, edge: tuple[str, str]) -> Line:
        source, reader = edge
        first, last = self.rank[source], self.rank[reader]
        points = [(self._x(_Item(source), first), self._y(source) + self.boxes[source].height)]
        for rank in range(first + 1, last):
            x = self._x(_Item("", edge), rank)
            points += [(x, self.top[rank]), (x, self.top[rank] + self._rank_height(rank))]
        points.append((self._x(_Item(reader), last), self._y(reader)))
        label = self.boxes[reader].labels.get(source, "")
        return Line(_path(points), label, points[0][0] + 8, points[0][1] + RANK_GAP / 2 + 4)


def _path(points: Sequence[tuple[float, float]]) -> str:
    """A curve where a line changes its lane, else straight on."""
    steps = [f"M{points[0][0]:g} {points[0][1]:g}"]
    for (x0, y0), (x1, y1) in pairwise(points):
        half = (y0 + y1) / 2
        straight = f"L{x1:g} {y1:g}"
        curve = f"C{x0:g} {half:g} {x1:g} {half:g} {x1:g} {y1:g}"
        steps.append(straight if x0 == x1 else curve)
    return "".join(steps)


def _ranks(boxes: Sequence[Box]) -> dict[str, int]:
    ranks: dict[str, int] = {}
    for box in boxes:
        ranks[box.name] = 1 + max((ranks[name] for name in box.reads), default=-1)
    return _lowered(boxes, ranks)


def _lowered(boxes: Sequence[Box], ranks: dict[str, int]) -> dict[str, int]:
    """What reads nothing goes right above its first reader, so that its lines are short."""
    for box in boxes:
        readers = [ranks[other.name] for other in boxes if box.name in other.reads]
        if not box.reads and readers:
            ranks[box.name] = min(readers) - 1
    return ranks


def boxes_of(document: Mapping[str, Any]) -> list[Box]:
    """Inputs, states, layers, views and outputs of a document, as ``draw`` takes them."""
    return list(_boxes(document))


def _boxes(document: Mapping[str, Any]) -> Iterator[Box]:
    values = document["values"]
    owner: dict[str, str] = {}
    labels = {name: _short_shape(value) for name, value in values.items()}
    states = {state["name"] for state in document["states"]}
    for name in dict.fromkeys([*document["inputs"], *sorted(states)]):
        owner[name] = f"in {name}"
        text = f"{'state' if name in states else 'input'} {labels[name]}"
        yield Box(owner[name], "port", name, text, ())
    chips: dict[str, list[str]] = {}
    for each in document["removed"]:
        chips.setdefault(each["into"], []).append(each["op"])
    layers = {layer["name"]: index for index, layer in enumerate(document["layers"])}
    for node in _in_order([*document["layers"], *document["views"]], set(owner)):
        step = layers.get(node["name"])
        reads = tuple(dict.fromkeys(owner[name] for name in node["inputs"]))
        between = {owner[name]: labels[name] for name in node["inputs"]}
        for name in node["outputs"]:
            owner[name] = node["name"]
        yield Box(
            node["name"],
            "view" if step is None else "layer",
            node["name"],
            node["op"] if step is None else _kernel_text(node),
            reads,
            counted(chips.get(node["name"], ())),
            0.0 if step is None else share_of_cycles(document, node),
            step,
            between,
        )
    for index, name in enumerate(document["outputs"]):
        source = owner[name]
        text = f"output {labels[name]}"
        yield Box(f"out {index}", "port", name, text, (source,))


def counted(names: Iterable[str]) -> tuple[str, ...]:
    """Each name once, with its number where it is there more often."""
    times = "\N{MULTIPLICATION SIGN}"
    return tuple(f"{n} {times}{c}" if c > 1 else n for n, c in Counter(names).items())


def _in_order(nodes: Sequence[Mapping[str, Any]], known: set[str]) -> Iterator[Mapping[str, Any]]:
    """Each after those that it reads from."""
    left = list(nodes)
    while left:
        ready = [node for node in left if known.issuperset(node["inputs"])]
        assert ready, "a graph has no circle"
        yield from ready
        known |= {name for node in ready for name in node["outputs"]}
        left = [node for node in left if node not in ready]


def _kernel_text(layer: Mapping[str, Any]) -> str:
    strategy = layer["kernel"].partition("__")[2]
    return f"{layer['op']} · {strategy}"


def _short_shape(value: Mapping[str, Any]) -> str:
    return shape_text(value["shape"], "")
