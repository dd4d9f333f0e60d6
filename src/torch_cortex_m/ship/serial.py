"""What the firmware that answers a PC has to know of its models."""

from __future__ import annotations

from dataclasses import dataclass

from ..generate import Generated
from ..ir.regions import pushed_input, row_count
from .interface import ports_of


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
    """A model in a firmware, which a PC asks for by its signature. rows: of the only input, where
    it comes row by row, and otherwise 0."""

    prefix: str
    ports: tuple[BoardPort, ...]
    ports_in_arena: bool
    rows: int
    state_bytes: int
    layer_count: int
    signature: bytes

    @property
    def upper(self) -> str:
        return self.prefix.upper()

    @property
    def run_bytes(self) -> int:
        """Of what a request to run has."""
        return self.row_bytes or sum(port.bytes for port in self.ports if port.is_input)

    @property
    def row_bytes(self) -> int:
        return self.ports[0].bytes // self.rows if self.rows else 0

    @property
    def output_bytes(self) -> int:
        return sum(port.bytes for port in self.ports if not port.is_input)


def board_model(generated: Generated) -> BoardModel:
    program = generated.program
    sizes = (*program.input_bytes, *program.output_bytes)
    pushed = pushed_input(generated.plan.regions)
    return BoardModel(
        program.prefix,
        tuple(
            BoardPort(port.name, port.is_input, port.c_type, port.elements, size)
            for port, size in zip(ports_of(program), sizes, strict=True)
        ),
        program.ports is not None,
        0 if pushed is None else row_count(generated.graph.types[pushed]),
        program.state_bytes,
        len(program.layers),
        program.signature,
    )
