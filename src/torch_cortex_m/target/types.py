"""What is known of a core and of the machine that emulates it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ..errors import TcmError


@dataclass(frozen=True)
class MemoryRegion:
    """A region of the address space; ``origin`` is an address, ``length`` is in bytes."""

    origin: int
    length: int


@dataclass(frozen=True)
class Machine:
    """A QEMU machine: where code and data go, and which counter to read (see run/harness).

    large: where constants and buffers go that do not fit there; None where there is nothing.
    """

    name: str
    code: MemoryRegion
    data: MemoryRegion
    counter: str
    large: MemoryRegion | None = None


FEATURE_MACROS = {"dsp": "__ARM_FEATURE_DSP", "mve": "__ARM_FEATURE_MVE"}
"""Feature -> the macro of the Arm C Language Extensions that says that the core has it; the later
ones do more with an instruction."""


@dataclass(frozen=True)
class Target:
    """A core to compile for.

    flags: code generation flags of arm-none-eabi-gcc.
    features: what kernels may need: instructions ("dsp", "mve"), or two at a time ("dual issue").
    machine: the emulated machine; None for the host.
    flash_bytes, ram_bytes: what the model may use; None: any amount. A core has no limits of its
        own, and those of the emulated machine count only when something runs on it.
    part: the microcontroller whose core and memory this is, if it is one's.
    """

    name: str
    flags: tuple[str, ...] = ()
    features: frozenset[str] = frozenset()
    machine: Machine | None = None
    flash_bytes: int | None = None
    ram_bytes: int | None = None
    part: str = ""

    @property
    def title(self) -> str:
        """What a user may have named it by: the part, or else the core."""
        return self.part or self.name

    def required_macros(self, features: frozenset[str]) -> tuple[str, ...]:
        """What a compiler defines whose flags offer these features (ACLE names)."""
        return tuple(FEATURE_MACROS[name] for name in sorted(features) if name in FEATURE_MACROS)

    def check_emulated(self) -> None:
        """Raises TcmError unless there is a machine that emulates the target."""
        if self.machine is None:
            raise TcmError(
                f"there is no emulated core for the target {self.name}",
                expected="a model that was compiled for a core",
                got=f"target {self.name}",
                hint="compile for a core (tcm compile --target cortex-m4), or run on the host",
            )

    @property
    def core_flag(self) -> str:
        """What names the core to GCC, Clang and Arm Compiler 6, in words: a compiler that does not
        know the core takes its architecture. Without the floating-point registers there are no
        vector instructions."""
        named = [flag for flag in self.flags if flag.startswith(("-mcpu=", "-march="))]
        if named and named[0].startswith("-march=") and self.name.startswith("cortex-"):
            named = [f"-mcpu={self.name} or {named[0]}"]
        registers = " and -mfloat-abi=hard" if named and "mve" in self.features else ""
        return " ".join(named or self.flags) + registers


def target_to_data(target: Target) -> dict[str, Any]:
    """Plain data for JSON."""
    data = asdict(target)
    return data | {"flags": list(target.flags), "features": sorted(target.features)}


_FLAG = re.compile(
    r"-m(thumb|arm|cmse|(no-)?unaligned-access|(cpu|arch|tune|fpu|float-abi|fp16-format)=[\w.+-]+)"
    r"|-O[0-3sgz]|-f[a-z0-9-]+|-D\w+(=\w*)?"
)
"""Flags for the code, none of which makes a compiler run a program or read a file."""

_NAME = re.compile(r"[\w .+-]+")


def target_from_data(data: Mapping[str, Any]) -> Target:
    """The target of ``target_to_data``.

    Names and flags end up in C and on command lines: raises ValueError for text that might be more
    there, LookupError or TypeError for data of another form.
    """
    machine = data["machine"]
    return Target(
        _matching(_NAME, data["name"]),
        tuple(_matching(_FLAG, flag) for flag in data["flags"]),
        frozenset(_matching(_NAME, feature) for feature in data["features"]),
        None if machine is None else _machine_from_data(machine),
        _bytes(data["flash_bytes"]),
        _bytes(data["ram_bytes"]),
        _part(data.get("part", "")),
    )


def _part(name: object) -> str:
    """Folders from before there were parts do not name one."""
    return "" if name == "" else _matching(_NAME, name)


def _machine_from_data(data: Mapping[str, Any]) -> Machine:
    """Folders from before machines had a large memory do not name one."""
    large = data.get("large")
    return Machine(
        _matching(_NAME, data["name"]),
        _memory(**data["code"]),
        _memory(**data["data"]),
        _matching(_NAME, data["counter"]),
        None if large is None else _memory(**large),
    )


def _matching(pattern: re.Pattern[str], text: object) -> str:
    if not isinstance(text, str) or pattern.fullmatch(text) is None:
        raise ValueError(f"{text!r} is not allowed in a file")
    return text


def _memory(origin: object, length: object) -> MemoryRegion:
    return MemoryRegion(_integer(origin), _integer(length))


def _bytes(value: object) -> int | None:
    return None if value is None else _integer(value)


def _integer(value: object) -> int:
    if type(value) is not int:
        raise TypeError(f"{value!r} is not an integer")
    return value
