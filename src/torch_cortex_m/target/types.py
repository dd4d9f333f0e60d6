"""What is known of a core and of the machine that emulates it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Memory:
    """A region of the address space; ``origin`` is an address, ``length`` is in bytes."""

    origin: int
    length: int


@dataclass(frozen=True)
class Machine:
    """A QEMU machine: where code and data go, and which counter to read (see run/harness)."""

    name: str
    code: Memory
    data: Memory
    counter: str


@dataclass(frozen=True)
class Target:
    """A core to compile for.

    flags: code generation flags of arm-none-eabi-gcc.
    features: what kernels may need ("dsp", "mve").
    machine: the emulated machine; None for the host.
    flash_bytes, ram_bytes: what the model may use; None: what the emulated machine has.
    """

    name: str
    flags: tuple[str, ...] = ()
    features: frozenset[str] = frozenset()
    machine: Machine | None = None
    flash_bytes: int | None = None
    ram_bytes: int | None = None

    @property
    def flash_limit(self) -> int | None:
        """Bytes of flash that constants may take, None where nothing limits them."""
        if self.flash_bytes is not None or self.machine is None:
            return self.flash_bytes
        return self.machine.code.length

    @property
    def ram_limit(self) -> int | None:
        """Bytes of RAM that the arena may take, None where nothing limits it."""
        if self.ram_bytes is not None or self.machine is None:
            return self.ram_bytes
        return self.machine.data.length


def target_to_data(target: Target) -> dict[str, Any]:
    """Plain data for JSON."""
    data = asdict(target)
    return data | {"flags": list(target.flags), "features": sorted(target.features)}


def target_from_data(data: Mapping[str, Any]) -> Target:
    """The target of ``target_to_data``."""
    machine = data["machine"]
    return Target(
        data["name"],
        tuple(data["flags"]),
        frozenset(data["features"]),
        None
        if machine is None
        else Machine(
            machine["name"],
            Memory(**machine["code"]),
            Memory(**machine["data"]),
            machine["counter"],
        ),
        data["flash_bytes"],
        data["ram_bytes"],
    )
