"""What an image has of each program beside its C: how it is called, and where its arena lies."""

from __future__ import annotations

from collections.abc import Sequence

from ..ir.artifacts import ALIGNMENT, Program

FENCE_BYTES = 32
"""As TCM_FENCE_BYTES of the harness."""


def image_source(programs: Sequence[Program], guarded: bool) -> str:
    """image.c: a table of the programs, and memory for what they are given and give."""
    lines = ['#include "fences.h"', "#include <stddef.h>"]
    lines += [
        f'#include "program_{index}/{program.prefix}.h"' for index, program in enumerate(programs)
    ]
    for index, program in enumerate(programs):
        call = _guarded_call(index, program) if guarded else _measured_call(program)
        lines += _state(index, program, guarded)
        lines.append(f"static int32_t run_{index}({call}\n}}")
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


def _measured_call(program: Program) -> str:
    arguments = [
        *_arguments("const ", "inputs", program.input_types, program.input_bytes),
        *_arguments("", "outputs", program.output_types, program.output_bytes),
    ]
    return (
        "const uint8_t *inputs, uint8_t *outputs)\n{\n"
        f"    return {program.prefix}_run({', '.join(arguments)});"
    )


def _guarded_call(index: int, program: Program) -> str:
    types = [f"const {name}" for name in program.input_types] + list(program.output_types)
    arguments = [f"({name} *)(void *)ports[{port}]" for port, name in enumerate(types)]
    arguments.append("arena")
    if program.state_bytes:
        arguments.append(f"state_{index}[tcm_placement]")
    return (
        "uint8_t *const *ports, uint8_t *arena)\n{\n"
        f"    return {program.prefix}_run_in({', '.join(arguments)});"
    )


def _arguments(qualifier: str, base: str, types: Sequence[str], sizes: Sequence[int]) -> list[str]:
    """Inputs and outputs of one program follow each other at aligned offsets."""
    arguments, offset = [], 0
    for c_type, size in zip(types, sizes, strict=True):
        arguments.append(f"({qualifier}{c_type} *)({qualifier}void *)({base} + {offset})")
        offset += padded(size)
    return arguments


def padded(size: int) -> int:
    return -(-size // ALIGNMENT) * ALIGNMENT


def _fenced_bytes(sizes: Sequence[Sequence[int]]) -> int:
    """The ports of a kind, of the largest program, between two fences."""
    largest = max((sum(map(padded, ports)) for ports in sizes), default=0)
    return largest + 2 * FENCE_BYTES
