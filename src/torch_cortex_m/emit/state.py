"""The C of what lives between calls: static memory, and the function that sets it back."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..ir import Graph
from ..ir.artifacts import MemoryPlan
from ..ir.regions import pushed_input

BYTES_PER_LINE = 16

ArrayName = Callable[[str, np.ndarray], str]
"""(wanted name, data) -> the C name of that constant."""


def reset_function(graph: Graph, plan: MemoryPlan, prefix: str, array: ArrayName) -> str:
    """Gives every state its initial value."""
    lines = [f"void {prefix}_reset_in(uint8_t *state)", "{"]
    for name, state in graph.states.items():
        place = f"state + {plan.locations[name].offset}"
        initial = state.initial.tobytes()
        if len(set(initial)) == 1:
            lines.append(f"    memset({place}, {initial[0]}, {len(initial)});")
        else:
            source = array(f"{name}.initial", state.initial)
            lines.append(f"    memcpy({place}, {source}, {len(initial)});")
    return "\n".join([*lines, "}", ""])


def static_state(graph: Graph, plan: MemoryPlan, prefix: str, place: str) -> str:
    """Memory that holds the initial values when the firmware starts. What begins anew forgets rows
    that were pushed before. place: stands before the definition, but for its linkage."""
    upper = prefix.upper()
    alignment = f"_Alignas({upper}_ARENA_ALIGNMENT)"
    memory = f"static {place}{alignment} uint8_t {prefix}_state[{upper}_STATE_BYTES]"
    data = bytearray(plan.state_bytes)
    for name, state in graph.states.items():
        start = plan.locations[name].offset
        data[start : start + state.initial.nbytes] = state.initial.tobytes()
    if any(data):
        lines = (data[i : i + BYTES_PER_LINE] for i in range(0, len(data), BYTES_PER_LINE))
        memory += (
            " = {\n" + "\n".join(f"    {', '.join(map(str, line))}," for line in lines) + "\n}"
        )
    pushed = pushed_input(plan.regions)
    restart = "" if pushed is None else f"    {prefix}_restart();\n"
    return f"""{memory};

void {prefix}_reset(void)
{{
{restart}    {prefix}_reset_in({prefix}_state);
}}
"""
