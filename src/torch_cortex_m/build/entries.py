"""What an image has of each program beside its C: how it is called, and where its arena lies."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from ..ir.artifacts import ALIGNMENT, Program, aligned

FENCE_BYTES = 32
"""As TCM_FENCE_BYTES of the harness."""


def image_source(programs: Sequence[Program], guarded: bool) -> str:
    """image.c: a table of the programs, and memory for what they are given and give."""
    lines = ['#include "fences.h"', "#include <stddef.h>", "#include <string.h>"]
    lines += [
        f'#include "program_{index}/{program.prefix}.h"' for index, program in enumerate(programs)
    ]
    for index, program in enumerate(programs):
        call = _guarded_call(index, program) if guarded else _measured_call(program)
        lines += _state(index, program, guarded)
        lines.append(f"static int32_t run_{index}({_parameters(guarded)})\n{{\n{call}\n}}")
        sizes = ", ".join(str(size) for size in (*_port_bytes(program), 0))
        lines.append(f"static const uint32_t sizes_{index}[] = {{{sizes}}};")
        if not guarded and program.arena_bytes:
            lines.append(f"extern uint8_t tcm_arena_{index}[];")
    entries = [_entry(index, program, guarded) for index, program in enumerate(programs)]
    lines += ["const tcm_case tcm_cases[] = {", *entries, "};"]
    ports = max((len(_port_bytes(program)) for program in programs), default=0)
    lines.append(f"uint8_t *tcm_ports[{ports + 1}];")
    lines.append(f"tcm_fence tcm_fences[{2 * ports + 4}];")
    if not guarded:
        for kind in ("input", "output"):
            sizes = [getattr(program, f"{kind}_bytes") for program in programs]
            lines.append(f"_Alignas({ALIGNMENT}) uint8_t tcm_{kind}s[{_fenced_bytes(sizes)}];")
    return "\n".join(lines) + "\n"


def arena_sections(programs: Sequence[Program]) -> str:
    """The part of a linker script that puts room for fences around the programs' static arenas."""
    lines = []
    for index, program in enumerate(programs):
        if program.arena_bytes:
            symbol, size = f"tcm_arena_{index}", program.arena_bytes
            lines += [
                f". = ALIGN({ALIGNMENT}) + {FENCE_BYTES};",
                f"{symbol} = .;",
                f"*(.bss.{program.prefix}_arena)",
                f'ASSERT(. - {symbol} == {size}, "{symbol} is not where it is fenced");',
                f". += {FENCE_BYTES};",
            ]
    return "\n".join([*lines, ""])


def _port_bytes(program: Program) -> tuple[int, ...]:
    return (*program.input_bytes, *program.output_bytes)


def _entry(index: int, program: Program, guarded: bool) -> str:
    has_static_arena = program.arena_bytes and not guarded
    arena = f"tcm_arena_{index}" if has_static_arena else "NULL"
    counts = f"{len(program.input_bytes)}, {len(_port_bytes(program))}"
    reset = f"reset_{index}" if program.state_bytes else "NULL"
    return (
        f'    {{"{program.prefix}", run_{index}, {reset}, sizes_{index}, {counts}, '
        f"{arena}, {program.arena_bytes}}},"
    )


def _state(index: int, program: Program, guarded: bool) -> list[str]:
    """What sets the states back; a guarded image has states for each placement of the buffers."""
    if not program.state_bytes:
        return []
    head, reset = f"static void reset_{index}(void)\n{{\n", f"{program.prefix}_reset"
    if not guarded:
        return [f"{head}    {reset}();\n}}"]
    return [
        f"static _Alignas({ALIGNMENT}) uint8_t state_{index}[2][{program.state_bytes}];",
        f"{head}    {reset}_in(state_{index}[0]);\n    {reset}_in(state_{index}[1]);\n}}",
    ]


def _parameters(guarded: bool) -> str:
    if guarded:
        return "uint8_t *const *ports, uint8_t *arena"
    return "const uint8_t *inputs, uint8_t *outputs"


def _measured_call(program: Program) -> str:
    inputs, outputs = (
        _places("inputs", program.input_bytes),
        _places("outputs", program.output_bytes),
    )
    if program.ports is not None:
        arena = f"{program.prefix}_arena"
        return _with_copies(program, arena, inputs, outputs, f"{program.prefix}_run()")
    arguments = [
        *_pointers("const ", program.input_types, inputs),
        *_pointers("", program.output_types, outputs),
    ]
    return f"    return {program.prefix}_run({', '.join(arguments)});"


def _guarded_call(index: int, program: Program) -> str:
    places = [f"ports[{port}]" for port in range(len(_port_bytes(program)))]
    memory = ["arena"] + ([f"state_{index}[tcm_placement]"] if program.state_bytes else [])
    count = len(program.input_bytes)
    if program.ports is not None:
        call = f"{program.prefix}_run_in({', '.join(memory)})"
        return _with_copies(program, "arena", places[:count], places[count:], call)
    types = [f"const {name}" for name in program.input_types] + list(program.output_types)
    arguments = [*_pointers("", types, places), *memory]
    return f"    return {program.prefix}_run_in({', '.join(arguments)});"


def _with_copies(
    program: Program, arena: str, inputs: Sequence[str], outputs: Sequence[str], call: str
) -> str:
    """A call of a program that has its inputs and outputs in the arena."""
    assert program.ports is not None
    given = zip(program.ports.inputs, inputs, program.input_bytes, strict=True)
    taken = zip(program.ports.outputs, outputs, program.output_bytes, strict=True)
    lines = [f"memcpy({arena} + {offset}, {place}, {size});" for offset, place, size in given]
    lines.append(f"const int32_t status = {call};")
    lines += [f"memcpy({place}, {arena} + {offset}, {size});" for offset, place, size in taken]
    return "\n".join(f"    {line}" for line in [*lines, "return status;"])


def _places(base: str, sizes: Sequence[int]) -> list[str]:
    """Inputs and outputs of one program follow each other at aligned offsets."""
    starts = accumulate(map(aligned, sizes), initial=0)
    return [f"{base} + {start}" for start, _ in zip(starts, sizes, strict=False)]


def _pointers(qualifier: str, types: Sequence[str], places: Sequence[str]) -> list[str]:
    pairs = zip(types, places, strict=True)
    return [f"({qualifier}{c_type} *)({qualifier}void *)({place})" for c_type, place in pairs]


def _fenced_bytes(sizes: Sequence[Sequence[int]]) -> int:
    """The ports of a kind, of the largest program, between two fences."""
    largest = max((sum(map(aligned, ports)) for ports in sizes), default=0)
    return largest + 2 * FENCE_BYTES
