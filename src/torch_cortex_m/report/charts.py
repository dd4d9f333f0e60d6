"""The geometry of the charts: memory over time, and what less memory costs."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

LEFT, RIGHT, TOP, BOTTOM = 62, 14, 26, 40
"""Room around a chart for its axes."""

MEMORY_HEIGHT = 340
STEP_WIDTHS = (18, 74)
"""The least and the most of a step."""
MEMORY_WIDTH = 880
"""Of a chart of memory whose steps are neither few nor many."""
LETTER = 6.6
"""Wide, of a label."""

CURVE_WIDTH, CURVE_HEIGHT = 460, 260
WIDE = 4
"""How many times the least the most may be on a linear axis."""


class Tick(NamedTuple):
    at: float
    text: str


class Rectangle(NamedTuple):
    x: float
    y: float
    width: float
    height: float
    kind: str
    colour: int
    label: str
    title: str
    step: int


class MemoryChart(NamedTuple):
    width: float
    height: float
    rectangles: list[Rectangle]
    sizes: list[Tick]
    steps: list[Tick]
    peak: Rectangle
    top: float
    bottom: float
    left: float
    right: float


COLOURS = 6


def memory_chart(document: Mapping[str, Any]) -> MemoryChart:
    memory = document["memory"]
    count = max((block["last"] for block in memory["blocks"]), default=0) + 1
    step = min(max((MEMORY_WIDTH - LEFT - RIGHT) / count, STEP_WIDTHS[0]), STEP_WIDTHS[1])
    most = max(document["total"]["arena_bytes"], 1)
    bottom = float(MEMORY_HEIGHT - BOTTOM)
    scale = (bottom - TOP) / most
    width = LEFT + count * step + RIGHT

    def x(index: int) -> float:
        return LEFT + index * step

    def y(bytes: int) -> float:
        return bottom - bytes * scale

    def rectangle(block: Mapping[str, Any], colour: int) -> Rectangle:
        end = block["offset"] + block["bytes"]
        first, last = _shown(block, memory["blocks"])
        wide = (last - first) * step
        labelled = block["kind"] != "scratch" and block["bytes"] * scale > 13
        return Rectangle(
            LEFT + first * step + 1,
            y(end) + 0.5,
            wide - 2,
            max(block["bytes"] * scale - 1, 1),
            block["kind"],
            colour,
            fitting(block["name"], wide - 10) if labelled else "",
            _block_title(block, document),
            min(block["first"], len(memory["steps"]) - 1),
        )

    peak = memory["peak"]
    band = Rectangle(x(peak["step"]), TOP, step, bottom - TOP, "peak", 0, "", "", peak["step"])
    every = max(1, math.ceil(26 / step))
    return MemoryChart(
        width,
        MEMORY_HEIGHT,
        [rectangle(block, index % COLOURS) for index, block in enumerate(memory["blocks"])],
        [Tick(y(size), f"{size:,}") for size in _sizes(most)],
        [
            Tick(x(index) + step / 2, str(index + 1) if index < len(memory["steps"]) else "end")
            for index in range(count)
            if index % every == 0
        ],
        band,
        TOP,
        bottom,
        LEFT,
        width - RIGHT,
    )


def _shown(block: Mapping[str, Any], blocks: Sequence[Mapping[str, Any]]) -> tuple[float, float]:
    """From when to when, in steps: where a layer writes over what it reads, each has half of the
    step."""
    over = [other for other in blocks if _meet(block, other)]
    first = 0.5 if any(other["last"] == block["first"] for other in over) else 0.0
    last = 0.5 if any(other["first"] == block["last"] for other in over) else 1.0
    if block["first"] == block["last"] and first == last:
        first, last = 0.25, 0.75
    return block["first"] + first, block["last"] + last


def _meet(block: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether both hold the same bytes at the same time."""
    return (
        other is not block
        and block["first"] <= other["last"]
        and other["first"] <= block["last"]
        and block["offset"] < other["offset"] + other["bytes"]
        and other["offset"] < block["offset"] + block["bytes"]
    )


def _block_title(block: Mapping[str, Any], document: Mapping[str, Any]) -> str:
    steps = [*document["memory"]["steps"], "the end"]
    span = steps[block["first"]]
    if block["last"] > block["first"]:
        span += f" to {steps[block['last']]}"
    note = f" ({block['note']})" if block["note"] else ""
    return (
        f"{block['kind']} {block['name']}{note}\n{block['bytes']:,} B at offset "
        f"{block['offset']:,}\nfrom {span}"
    )


def fitting(text: str, width: float) -> str:
    """Both ends of a name: one tells modules apart, the other one the layers of a module."""
    letters = int(width / LETTER)
    if letters < min(5, len(text)):
        return ""
    first = letters // 2
    return text if len(text) <= letters else f"{text[:first]}…{text[first + 1 - letters :]}"


def _sizes(most: int) -> list[int]:
    """About five round numbers of bytes up to ``most``."""
    step = _round_step(most / 5)
    return [index * step for index in range(int(most / step) + 1)]


def _round_step(least: float) -> int:
    power = 10 ** max(0, math.floor(math.log10(max(least, 1))))
    return next(int(power * times) for times in (1, 2, 2.5, 5, 10) if power * times >= least)


class Point(NamedTuple):
    x: float
    y: float
    title: str
    is_now: bool


class Curve(NamedTuple):
    width: float
    height: float
    cycles: str
    path: str
    points: list[Point]
    across: list[Tick]
    up: list[Tick]
    top: float
    bottom: float
    left: float
    right: float


def curve(points: Sequence[Mapping[str, Any]], now: int) -> Curve:
    """Cycles over bytes; ``now``: the bytes of what was compiled."""
    sizes, cycles = [p["bytes"] for p in points], [p["cycles"] for p in points]
    across, up = _range(sizes), _Rule.of(cycles)
    right, bottom = CURVE_WIDTH - RIGHT, CURVE_HEIGHT - BOTTOM

    def x(bytes: int) -> float:
        return LEFT + (bytes - across[0]) / (across[1] - across[0]) * (right - LEFT)

    def y(count: int) -> float:
        return bottom - up.part(count) * (bottom - TOP)

    nearest = min(sizes, key=lambda size: abs(size - now))
    places = [
        Point(
            round(x(size), 1),
            round(y(count), 1),
            f"{size:,} B: {count:,} cycles",
            size == nearest,
        )
        for size, count in zip(sizes, cycles, strict=True)
    ]
    return Curve(
        CURVE_WIDTH,
        CURVE_HEIGHT,
        "cycles (log)" if up.logarithmic else "cycles",
        "M" + "L".join(f"{point.x:g} {point.y:g}" for point in places),
        places,
        [Tick(x(size), short_number(size)) for size in _between(*across, 5)],
        [Tick(y(count), short_number(count)) for count in up.ticks()],
        TOP,
        bottom,
        LEFT,
        right,
    )


class _Rule(NamedTuple):
    """Where a number lies between two others; ``logarithmic`` where equal steps would leave most
    numbers no room beside the largest."""

    low: float
    high: float
    logarithmic: bool

    @classmethod
    def of(cls, numbers: Sequence[int]) -> _Rule:
        low, high = min(numbers), max(numbers)
        if 0 < low * WIDE < high:
            return cls(low / 1.2, high * 1.2, True)
        return cls(*_range(numbers), False)

    def part(self, number: float) -> float:
        """0 at the low end, 1 at the high one."""
        scale = math.log if self.logarithmic else float
        return (scale(number) - scale(self.low)) / (scale(self.high) - scale(self.low))

    def ticks(self) -> list[int]:
        if not self.logarithmic:
            return list(_between(self.low, self.high, 5))
        powers = range(int(math.log10(self.low)), int(math.log10(self.high)) + 1)
        numbers = (times * 10**power for power in powers for times in (1, 2, 5))
        return [number for number in numbers if self.low <= number <= self.high]


def _range(numbers: Sequence[int]) -> tuple[float, float]:
    """A little more than the numbers take, and never nothing."""
    low, high = min(numbers), max(numbers)
    room = max((high - low) * 0.08, high * 0.01, 1)
    return max(0, low - room), high + room


def _between(low: float, high: float, count: int) -> Iterator[int]:
    step = _round_step((high - low) / count)
    yield from range(math.ceil(low / step) * step, int(high) + 1, step)


def short_number(value: float) -> str:
    """Three digits and a unit: 12.3 k, 4.56 M."""
    for unit, size in (("M", 1e6), ("k", 1e3)):
        if value >= size:
            return f"{value / size:.3g} {unit}"
    return f"{value:.0f}"
