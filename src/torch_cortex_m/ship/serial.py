"""What the firmware that answers a PC has to know of its models."""

from __future__ import annotations

from dataclasses import dataclass

from ..generate import Generated
from .interface import Interface, PortInterface, interface_of


@dataclass(frozen=True)
class BoardPort:
    """An input or output; bytes: as the C has them."""

    name: str
    is_input: bool
    c_type: str
    elements: int
    bytes: int


@dataclass(frozen=True)
class BoardModel:
    """A model in a firmware, which a PC asks for by its signature."""

    prefix: str
    ports: tuple[BoardPort, ...]
    ports_in_arena: bool
    state_bytes: int
    layer_count: int
    signature: bytes

    @property
    def upper(self) -> str:
        return self.prefix.upper()


def board_model(generated: Generated) -> BoardModel:
    """Raises TcmError for a model that takes its input in rows."""
    interface, program = interface_of(generated), generated.program
    return BoardModel(
        interface.prefix,
        _ports(interface, (*program.input_bytes, *program.output_bytes)),
        interface.ports_in_arena,
        program.state_bytes,
        len(program.layers),
        program.signature,
    )


def _ports(interface: Interface, sizes: tuple[int, ...]) -> tuple[BoardPort, ...]:
    def port(of: PortInterface, size: int) -> BoardPort:
        return BoardPort(of.name, of.is_input, of.c_type, of.elements, size)

    return tuple(map(port, interface.ports, sizes))
