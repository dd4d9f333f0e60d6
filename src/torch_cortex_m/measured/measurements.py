"""What kernels were measured to cost, layer by layer: the tuning file and its lookups.

A tuning file is JSON: core and compiler -> layer -> kernel -> measurement. Layers are written out
as text (``Signature.text``), so that a file can be read, compared and committed.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from ..errors import TcmError
from ..ops.base import Layer
from ..paths import check_no_device
from ..staging import write_file
from ..text import unreadable

FORMAT = 1

BOARD = "board"
"""In the name of a table, in place of a compiler: cycles are those that a board counted."""


def board_table(core: str) -> str:
    """The name of the table with what a board of this core counted."""
    return f"{core} {BOARD}"


ON = " on "
"""In the name of a table, before a part: cycles have the waiting for its flash."""


def part_table(table: str, part: str) -> str:
    """The name of the table with what the same measurements take on a part: "cortex-m4 gcc-12.2 on
    stm32f411"."""
    return f"{table}{ON}{part}"


def _owner(table: str) -> tuple[str, str]:
    """The core and the part of a table, which is empty where cycles have no waiting."""
    name, _, part = table.partition(ON)
    return name.partition(" ")[0], part


@dataclass(frozen=True)
class Measurement:
    """One inference of one layer on an emulated core.

    work: multiply-accumulates, or output elements where there are none. cycles is a
    zero-wait-state estimate, None where no model of the core exists; with the waiting for flash in
    the table of a part, or what a board counted in the table of a board. flash_bytes: code and
    constants, scratch_bytes: working memory beside inputs and output.
    """

    work: int
    instructions: int
    cycles: int | None
    flash_bytes: int
    scratch_bytes: int = 0

    @property
    def time(self) -> tuple[int, int]:
        """What ``speed`` minimises: estimated cycles, then instructions."""
        return (self.instructions if self.cycles is None else self.cycles, self.instructions)


def layer_work(layer: Layer) -> int:
    """Multiply-accumulates, or output elements where there are none."""
    return layer.op.macs(layer.types) or sum(output.elements for output in layer.outputs)


@dataclass
class Measurements:
    """Measurements by core and compiler ("cortex-m4 gcc-12.2"), part ("cortex-m4 gcc-12.2 on
    stm32f411") or board ("cortex-m4 board"), layer signature and kernel."""

    tables: dict[str, dict[str, dict[str, Measurement]]] = field(default_factory=dict)

    def add(self, table: str, layer: str, kernel: str, measurement: Measurement) -> None:
        self.tables.setdefault(table, {}).setdefault(layer, {})[kernel] = measurement

    def find(self, table: str, layer: str, kernel: str) -> Measurement | None:
        return self.tables.get(table, {}).get(layer, {}).get(kernel)

    def for_core(self, core: str) -> dict[str, dict[str, Measurement]]:
        """Layer -> kernel -> measurement, of every compiler; the last table that has one wins;
        those on parts are not among them.

        A layer that a board measured has its measurements alone: cycles that were counted do not
        compare with others that were estimated.
        """
        return self._of_every_compiler(core, "") | self.tables.get(board_table(core), {})

    def on_part(self, core: str, part: str) -> dict[str, dict[str, Measurement]]:
        """As ``for_core``, of the layers that were measured for a part and, before these, that a
        board measured: their cycles have the waiting for flash. Empty where none was measured for
        the part."""
        measured = self._of_every_compiler(core, part) if part else {}
        return measured and measured | self.tables.get(board_table(core), {})

    def _of_every_compiler(self, core: str, part: str) -> dict[str, dict[str, Measurement]]:
        result: dict[str, dict[str, Measurement]] = {}
        for name, layers in self.tables.items():
            if _owner(name) == (core, part) and name != board_table(core):
                for layer, kernels in layers.items():
                    result.setdefault(layer, {}).update(kernels)
        return result

    def update(self, other: Measurements) -> None:
        for table, layer, kernel, measurement in other:
            self.add(table, layer, kernel, measurement)

    def __iter__(self) -> Iterator[tuple[str, str, str, Measurement]]:
        for table, layers in self.tables.items():
            for layer, kernels in layers.items():
                for kernel, measurement in kernels.items():
                    yield table, layer, kernel, measurement

    def save(self, path: Path) -> None:
        """Writes the file whole or not at all. Raises TcmError if it cannot be written."""
        data = {"format": FORMAT, "tables": _sorted_data(self.tables)}
        text = _INNERMOST.sub(_on_one_line, json.dumps(data, indent=1))
        try:
            write_file(path, f"{text}\n".encode())
        except OSError as error:
            raise TcmError(
                "cannot write the tuning file",
                where=str(path),
                got=error.strerror or str(error),
                hint="choose a file that you may write to, in a folder that you may write to "
                "(--tuning)",
            ) from None


_INNERMOST = re.compile(r"\{[^{}]*\}")


def _on_one_line(found: re.Match[str]) -> str:
    """A measurement takes one line, so that a difference between two files is short."""
    return re.sub(r"\s*\n\s*", " ", found.group()).replace("{ ", "{").replace(" }", "}")


def _sorted_data(tables: Mapping[str, Mapping[str, Mapping[str, Measurement]]]) -> dict:
    return {
        table: {
            layer: {kernel: dataclasses.asdict(kernels[kernel]) for kernel in sorted(kernels)}
            for layer, kernels in sorted(layers.items())
        }
        for table, layers in sorted(tables.items())
    }


def _measurement(values: Mapping[str, int | None]) -> Measurement:
    """Raises TypeError or ValueError unless these are counts; only cycles may be unknown, and
    something is done."""
    result = Measurement(**values)  # type: ignore[arg-type]
    for name, value in values.items():
        if value is None and name == "cycles":
            continue
        least = 1 if name in ("work", "instructions", "cycles") else 0
        if type(value) is not int or value < least:
            raise ValueError(f"{name} is {json.dumps(value)}, not a count")
    return result


def load_measurements(path: Path) -> Measurements:
    """Reads a tuning file. Raises TcmError if it is missing or is not one."""
    try:
        check_no_device(path)
        data = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(data, dict):
            raise ValueError("JSON, but no object with tables")
        if data["format"] != FORMAT:
            raise ValueError(f"format {data['format']}, this version reads {FORMAT}")
        tables = {
            table: {
                layer: {kernel: _measurement(values) for kernel, values in kernels.items()}
                for layer, kernels in layers.items()
            }
            for table, layers in data["tables"].items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise TcmError(
            "not a tuning file",
            where=str(path),
            expected="a file that tcm tune wrote",
            got=unreadable(error),
            hint="name a file that tcm tune wrote, or leave out --tuning",
        ) from None
    return Measurements(tables)


SHIPPED = Path(__file__).parent
"""Tuning files that come with the package: common layers, measured by its authors."""


@cache
def shipped_measurements(core: str) -> Measurements:
    """The package's tuning file for a core; empty where there is none."""
    files = {path.stem: path for path in SHIPPED.glob("*.json")}
    return load_measurements(files[core]) if core in files else Measurements()


def measurements_for(cores: Iterable[str], own: Measurements | None = None) -> Measurements:
    """What ships for these cores and, above it, the user's own measurements."""
    result = Measurements()
    for core in cores:
        result.update(shipped_measurements(core))
    if own is not None:
        result.update(own)
    return result
