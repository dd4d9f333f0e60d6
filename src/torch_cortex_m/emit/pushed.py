"""The C of a model whose input comes row by row: it goes on where the last rows left it."""

from __future__ import annotations

from collections.abc import Sequence

from ..ir import Graph
from ..ir.artifacts import MemoryPlan
from ..ir.regions import pushed_input, row_bytes, row_count


def counters(plan: MemoryPlan) -> int:
    """How many values the region counts rows of, to which rows are pushed."""
    return next(len(region.counted()) for region in plan.regions if pushed_input([region]))


def pushed_macros(graph: Graph, plan: MemoryPlan, name: str) -> list[str]:
    """Rows of the input that is called so in macros."""
    value = pushed_input(plan.regions)
    assert value is not None
    type_ = graph.types[value]
    return [
        "/* It comes in rows, the first ones first. */",
        f"#define {name}_ROWS {row_count(type_)}",
        f"#define {name}_ROW_BYTES {row_bytes(type_)}",
        "",
    ]


def pushed_type(plan: MemoryPlan, prefix: str) -> list[str]:
    count = counters(plan)
    return [
        "/* How far an inference has come. All zero: it has not begun. */",
        "typedef struct {",
        "    int32_t next;",
        f"    int32_t begin[{count}];",
        f"    int32_t end[{count}];",
        f"}} {prefix}_rows;",
        "",
    ]


def pushed_parameters(parameters: Sequence[str], memory: Sequence[str], prefix: str) -> list[str]:
    """Those of the function that takes rows, from those of a whole inference."""
    rows, *others = parameters
    return [rows, "int32_t count", *others, *memory, f"{prefix}_rows *at"]


def pushed_declarations(parameters: Sequence[str], memory: Sequence[str], prefix: str) -> list[str]:
    own = ", ".join(pushed_parameters(parameters, memory, prefix))
    rows, *others = parameters
    return [
        "/* Takes the next count rows of the input, which are not needed any more when it returns.",
        "   Returns how many rows are still missing. 0: the outputs are there, and the next row is",
        "   the first one of the next inference. -1, and nothing happens, if count is negative or",
        "   more than are missing. Until it returns 0, all calls need the same outputs and memory,",
        "   and nothing else may use these. */",
        f"int32_t {prefix}_push_rows_in({own});",
        f"#if !defined({prefix.upper()}_NO_STATIC_ARENA)",
        f"int32_t {prefix}_push_rows({', '.join([rows, 'int32_t count', *others])});",
        "/* Forgets the rows of an inference that was not finished. */",
        f"void {prefix}_restart(void);",
        "#endif",
        "",
    ]


def whole_function(
    ports: Sequence[str], parameters: Sequence[str], memory: Sequence[str], prefix: str, rows: int
) -> str:
    """A whole inference, all rows at once."""
    pointers = [each.split("*")[-1] for each in memory]
    passed = [ports[0], str(rows), *ports[1:], *pointers, "&at"]
    return f"""
int32_t {prefix}_run_in({", ".join([*parameters, *memory])})
{{
    {prefix}_rows at = {{0}};
    return {prefix}_push_rows_in({", ".join(passed)});
}}
"""


def static_functions(
    ports: Sequence[str], parameters: Sequence[str], memory: Sequence[str], prefix: str
) -> str:
    """The functions that use static memory, whose names are ``memory``."""
    rows, *others = parameters
    passed = [ports[0], "count", *ports[1:], *memory, f"&{prefix}_at"]
    return f"""
static {prefix}_rows {prefix}_at;

int32_t {prefix}_push_rows({", ".join([rows, "int32_t count", *others])})
{{
    return {prefix}_push_rows_in({", ".join(passed)});
}}

void {prefix}_restart(void)
{{
    {prefix}_at.next = 0;
}}
"""
