"""The C of a region: a loop over its order, with a case for each action."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from textwrap import dedent
from typing import NamedTuple

import numpy as np

from ..ir import Graph
from ..ir.artifacts import MemoryPlan
from ..ir.regions import (
    Action,
    Border,
    RowsRead,
    Slice,
    Take,
    pushed_input,
    row_bytes,
    row_count,
)
from ..text import comment_text
from .arrays import C_TYPES, array_values

REGION_NAMES = ("order", "begin", "end", "first_begin", "first_end", "rows", "i", "at", "count")
"""What a region's C uses beside the model's ports."""

WHAT = {Take: "more of ", Border: "a border of "}
"""What an action does to a value, in a comment; where it is not there, it computes it."""

SliceCall = Callable[[str, Mapping[str, str], str], str]
"""(node, argument -> pointer, pointer of the output) -> the statement that calls its function."""


class Loop(NamedTuple):
    """Over the order of a region; place: the index of what goes on next."""

    before: str
    place: str
    head: str
    after: str = ""


@dataclass
class RegionSource:
    """Writes one region; ``place``: (value, text of an offset in rows, empty for none) -> pointer
    into a value that lies whole."""

    graph: Graph
    plan: MemoryPlan
    index: int
    call: SliceCall
    hook: Callable[[str, str, str], str]
    place: Callable[[str, str], str]

    def __post_init__(self) -> None:
        self.region = self.plan.regions[self.index]
        self.sums = self.region.sums()
        self.counters = {value: index for index, value in enumerate(self.region.counted())}

    def source(self) -> str:
        region = self.region
        last = comment_text(f"... to {region.nodes[-1]}")
        kind = "uint8_t" if len(region.actions) <= 256 else "uint16_t"
        order = array_values(np.array(region.order, np.int32)).replace("\n", "\n        ")
        cases = "".join(self._case(index, each) for index, each in enumerate(region.actions))
        loop = self._loop()
        return f"""    {{
        /* Rows through windows, {comment_text(region.nodes[0])}
           {last}: which of them goes on next. */
        static const {kind} order[{len(region.order)}] = {{
        {order}
        }};
{loop.before}        {loop.head} {{
            switch (order[{loop.place}]) {{
{cases}            default:
                break;
            }}
        }}
{loop.after}    }}"""

    def _loop(self) -> Loop:
        windows = self.region.windows
        ends = [-windows[v].border if v in windows else 0 for v in self.counters]
        begins = [end if v in windows else 0 for v, end in zip(self.counters, ends, strict=True)]
        texts = [", ".join(map(str, values)) for values in (begins, ends)]
        pushed = pushed_input([self.region])
        if pushed is not None:
            return self._loop_that_waits(pushed, *texts)
        count = len(self.counters)
        before = f"""        int32_t begin[{count}] = {{{texts[0]}}};
        int32_t end[{count}] = {{{texts[1]}}};
"""
        return Loop(before, "i", f"for (int32_t i = 0; i < {len(self.region.order)}; i++)")

    def _loop_that_waits(self, pushed: str, begins: str, ends: str) -> Loop:
        """One that goes on where it was when there were no more rows."""
        count = len(self.counters)
        before = f"""        static const int32_t first_begin[{count}] = {{{begins}}};
        static const int32_t first_end[{count}] = {{{ends}}};
        int32_t *const begin = at->begin;
        int32_t *const end = at->end;
        if (at->next == 0) {{
            memcpy(begin, first_begin, sizeof first_begin);
            memcpy(end, first_end, sizeof first_end);
        }}
        if (count < 0 || count > {self._missing(pushed)}) {{
            return -1;
        }}
"""
        head = f"for (; at->next < {len(self.region.order)}; at->next++)"
        return Loop(before, "at->next", head, "        at->next = 0;\n")

    def _missing(self, pushed: str) -> str:
        """How many rows of what is pushed have not come; before the first its border has none."""
        end = f"end[{self.counters[pushed]}]"
        rows = row_count(self.graph.types[pushed])
        return f"{rows} - tcm_rows_most({end}, 0)"

    def _case(self, index: int, action: Action) -> str:
        value = action.output
        end = f"end[{self.counters[value]}]"
        size = action.rows * row_bytes(self.graph.types[value])
        if isinstance(action, Slice):
            does = self._slice(action, size)
        elif isinstance(action, Take) and action.pushed:
            return self._pushed_case(index, action, size)
        elif isinstance(action, Take):
            source = f"(const int8_t *)({self.place(value, end)})"
            does = f"tcm_copy((int8_t *)rows, {source}, {size});"
        else:
            assert isinstance(action, Border)
            does = f"tcm_fill((int8_t *)rows, {action.value}, {size});"
        return self._lines(index, action, f"{self._next(value, action.rows)}\n{does}")

    def _pushed_case(self, index: int, action: Take, size: int) -> str:
        source = self.place(action.output, "")
        does = f"""if (count == 0) {{
    return {self._missing(action.output)};
}}
{self._next(action.output, action.rows)}
tcm_copy((int8_t *)rows, (const int8_t *)({source}), {size});
{source} += {size // self.graph.types[action.output].element_bytes};
count -= 1;"""
        return self._lines(index, action, does)

    def _lines(self, index: int, action: Action, does: str) -> str:
        value = action.output
        body = f"{does}\nend[{self.counters[value]}] += {action.rows};\nbreak;"
        lines = "\n".join(f"                {line}" for line in body.split("\n") if line)
        done = action.node if isinstance(action, Slice) else value
        what = comment_text(f"{WHAT.get(type(action), '')}{done}")
        return f"            case {index}: {{ /* {what} */\n{lines}\n            }}\n"

    def _slice(self, action: Slice, size: int) -> str:
        pointers = {argument: self._read(action, read) for argument, read in action.reads.items()}
        if action.start is None:
            hooks = (self.hook(name, "rows", str(size)) for name in (action.node, *action.joins))
            return self._call(action, pointers) + "\n".join(hooks)
        return self._addition(action, action.start, pointers)

    def _call(self, action: Slice, pointers: Mapping[str, str]) -> str:
        return dedent(self.call(action.node, pointers, "rows")) + "\n"

    def _addition(self, action: Slice, start: str, pointers: Mapping[str, str]) -> str:
        """A call that adds to all of the output, of which the last one reports all."""
        end = f"end[{self.counters[action.output]}]"
        node = self.graph.producer(action.node)
        value = None if node is None else node.arguments()[start]
        assert value is not None
        before = f"{end} == 0 ? {self.place(value, '')} : rows"
        (read,) = action.reads.values()
        last = row_count(self.graph.types[read.value]) - action.rows
        size = f"{end} == {last} ? {self.graph.types[action.output].bytes} : 0"
        statement = self._call(action, {**pointers, start: before})
        return statement + self.hook(action.node, "rows", size)

    def _next(self, value: str, rows: int) -> str:
        type_ = C_TYPES[self.graph.types[value].dtype]
        window, counter = self.region.windows.get(value), self.counters[value]
        if window is None:
            row = "" if value in self.sums else f"end[{counter}]"
            return f"{type_} *const rows = {self.place(value, row)};"
        arguments = (
            f"arena + {self.plan.windows[self.index, value]}",
            f"&begin[{counter}]",
            f"end[{counter}]",
            str(rows),
            self._needed(value),
            str(window.rows),
            str(window.row_bytes),
        )
        return f"{type_} *const rows = tcm_rows_next({', '.join(arguments)});"

    def _needed(self, value: str) -> str:
        texts = [self._first(each, read) for each, read in self.region.readers(value)]
        text = texts[0]
        for other in texts[1:]:
            text = f"tcm_rows_least({text}, {other})"
        return text

    def _first(self, action: Slice, read: RowsRead) -> str:
        """The first row that the next slice reads, or the first one that reads. What is divided is
        not negative, where C would round up: the border before the first row is there before what
        the slice reads."""
        text = f"end[{self.counters[action.output]}]"
        if read.start:
            text = f"tcm_rows_most({text} - {read.start}, 0)"
        if read.period != 1:
            text += f" / {read.period}"
        if read.stride != 1:
            text = f"{read.stride} * ({text})" if read.period != 1 else f"{read.stride} * {text}"
        return f"{text} {'-' if read.first < 0 else '+'} {abs(read.first)}" if read.first else text

    def _read(self, action: Slice, read: RowsRead) -> str:
        first = self._first(action, read)
        if read.value not in self.region.windows:
            return self.place(read.value, first)
        begin = f"begin[{self.counters[read.value]}]"
        offset = self.plan.windows[self.index, read.value]
        size = self.region.windows[read.value].row_bytes
        kind = C_TYPES[self.graph.types[read.value].dtype]
        return f"(const {kind} *)(const void *)(arena + {offset} + ({first} - {begin}) * {size})"
