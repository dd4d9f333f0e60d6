"""What code in other languages has to know of the emitted C."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..errors import TcmError
from ..generate import Generated
from ..ir.artifacts import Program
from ..ir.regions import pushed_input

RUST = {"float": "f32"}

ZEPHYR_BOARDS = {
    "cortex-m0": ("qemu_cortex_m0",),
    "cortex-m0plus": ("mps2/an383",),
    "cortex-m3": ("qemu_cortex_m3", "mps2/an385"),
    "cortex-m4": ("mps2/an386",),
    "cortex-m7": ("mps2/an500",),
    "cortex-m33": ("mps2/an521/cpu0",),
    "cortex-m55": ("mps3/corstone300/an547",),
    "cortex-m85": ("mps3/corstone310/fvp",),
}
"""Core -> the boards that Zephyr emulates with it."""


@dataclass(frozen=True)
class PortInterface:
    """An input or output: its name with "input_" or "output_" before it, and its elements.
    offset: in the arena, where it lies there."""

    name: str
    is_input: bool
    c_type: str
    elements: int
    offset: int

    @property
    def rust_type(self) -> str:
        return RUST.get(self.c_type) or self.c_type.removesuffix("_t").replace("uint", "u").replace(
            "int", "i"
        )

    @property
    def cpp_type(self) -> str:
        return self.c_type if self.c_type in RUST else f"std::{self.c_type}"


@dataclass(frozen=True)
class Interface:
    """A model's functions ``<prefix>_run_in`` and ``<prefix>_reset_in``, and what they take."""

    prefix: str
    ports: tuple[PortInterface, ...]
    ports_in_arena: bool
    arena_bytes: int
    state_bytes: int
    sources: tuple[str, ...]
    headers: tuple[str, ...]
    target: str
    flags: tuple[str, ...]
    features: frozenset[str]

    @property
    def cmsis_core(self) -> str | None:
        """The core as descriptions of CMSIS packs name it; None of what is none, as the host."""
        found = re.fullmatch(r"cortex-m(\d+)(plus)?", self.target)
        return found and f"Cortex-M{found[1]}{'+' if found[2] else ''}"

    @property
    def zephyr_boards(self) -> tuple[str, ...]:
        """Portable C is for any of them."""
        return ZEPHYR_BOARDS.get(self.target, ZEPHYR_BOARDS["cortex-m3"])

    @property
    def upper(self) -> str:
        return self.prefix.upper()

    @property
    def title(self) -> str:
        """The name of a class."""
        return "".join(part[:1].upper() + part[1:] for part in self.prefix.split("_"))


def interface_of(generated: Generated) -> Interface:
    """Raises TcmError for a model that takes its input in rows."""
    program = generated.program
    if pushed_input(generated.plan.regions) is not None:
        raise TcmError(
            "an input that comes in rows has no class",
            where=program.prefix,
            expected="a model that takes whole inputs",
            hint="compile with --io caller or --io arena, or call the C as its header says",
        )
    return Interface(
        program.prefix,
        ports_of(program),
        program.ports is not None,
        max(program.arena_bytes, 1),
        program.state_bytes,
        tuple(sorted(name for name in program.files if name.endswith(".c"))),
        tuple(sorted(name for name in program.files if name.endswith(".h"))),
        generated.target.name,
        generated.target.flags,
        generated.target.features,
    )


def ports_of(program: Program) -> tuple[PortInterface, ...]:
    """The inputs, then the outputs."""
    header = program.files[f"{program.prefix}.h"]
    found = re.findall(
        rf"#define {program.prefix.upper()}_(INPUT|OUTPUT)_(\w+)_ELEMENTS (\d+)", header
    )
    types = (*program.input_types, *program.output_types)
    lie = program.ports
    places = (0,) * len(types) if lie is None else (*lie.inputs, *lie.outputs)
    ports = tuple(
        PortInterface(
            f"{kind}_{name}".lower(), kind == "INPUT", types[index], int(count), places[index]
        )
        for index, (kind, name, count) in enumerate(found)
    )
    assert len(ports) == len(types), "the header has the elements of each port"
    return ports
