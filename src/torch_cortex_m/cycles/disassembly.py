"""The instructions of an executable, as objdump lists them."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

from ..ir.artifacts import BasicBlock
from ..tools import require_tool
from .decode import decode
from .operation import Operation

_LINE = re.compile(r"^ *([0-9a-f]+):\t([0-9a-f]{4}(?: [0-9a-f]{4})?) *\t(.+)$")
_COMMENT = re.compile(r"\s*([@;]|//).*$")
_TARGET = re.compile(r"\b[0-9a-f]+ <[^>]*>")

UNKNOWN = "unknown"
"""Stands for an instruction that objdump does not know; it counts as a simple one."""


class Disassembly:
    """Address -> Operation for all code of an executable."""

    def __init__(self, operations: Mapping[int, Operation]) -> None:
        self._operations = operations

    def block(self, block: BasicBlock) -> tuple[Operation, ...]:
        """The instructions of a block."""
        operations = []
        address = block.address
        for _ in range(block.instructions):
            operation = self._operations[address]
            operations.append(operation)
            address += operation.size
        return tuple(operations)


def disassemble(image: Path) -> Disassembly:
    """Raises TcmError if objdump is missing.

    Armv8.1-M is named because objdump cannot tell it from the executable; it contains what all
    smaller cores have.
    """
    options = ["-d", "-m", "armv8.1-m.main", "-M", "reg-names-std"]
    command = [require_tool("arm-none-eabi-objdump"), *options, str(image)]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return Disassembly(parse_listing(output))


def parse_listing(listing: str) -> dict[int, Operation]:
    """Address -> Operation, from the output of ``objdump -d``; data is left out."""
    operations = {}
    for line in listing.splitlines():
        found = _LINE.match(line)
        if found is None:
            continue
        address, encoding, text = found.groups()
        text = _TARGET.sub("", _COMMENT.sub("", text)).replace("\t", " ").strip(" ,")
        if not text.startswith("."):
            size = 2 * len(encoding.split())
            operations[int(address, 16)] = decode(text or UNKNOWN, size)
    return operations
