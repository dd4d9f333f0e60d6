"""What a compiled model costs, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from ..errors import TcmError
from ..generate import Generated
from ..ir import Stream
from ..ir.artifacts import Folding, Loss
from ..paths import as_path
from ..report import Facts, LayerSizes, document, layer_sizes
from .board_report import BoardReport
from .part_report import PartReport
from .report_files import write_report


@dataclass(frozen=True)
class LayerReport:
    """One layer. ``instructions`` and ``cycles`` are None until measured on the emulated core,
    ``cycles`` also where the core has no model. ``copied_bytes``: what a layer writes that only
    moves data, such as a transpose, or the parts of a concatenation that were computed elsewhere.
    In bytes, and None but in ``Report.with_layer_sizes``: ``constant_bytes``, ``code_bytes`` (an
    estimate, which counts in each layer that calls the same function), and ``ram_bytes`` of the
    arena in use while the layer runs.
    """

    name: str
    op: str
    kernel: str
    macs: int
    instructions: int | None = None
    source: str = ""
    cycles: int | None = None
    copied_bytes: int = 0
    constant_bytes: int | None = None
    code_bytes: int | None = None
    ram_bytes: int | None = None

    @property
    def flash_bytes(self) -> int | None:
        """Of constants and code."""
        if self.constant_bytes is None or self.code_bytes is None:
            return None
        return self.constant_bytes + self.code_bytes


@dataclass(frozen=True)
class StateReport:
    """A value that lives between calls, and its bytes."""

    name: str
    bytes: int


@dataclass(frozen=True)
class Report:
    """Memory in bytes and instructions of one inference.

    arena_bytes: working memory. arena_lower_bound: no plan of these kernels, in
        this order, needs less.
    constant_bytes: weights and tables. flash_bytes: code and constants of the model, None without
    a compiler for the target. stack_bytes: the deepest stack of one inference, None until measured.
    instructions: of one inference, None until measured. cycles: an estimate of them, None until
    measured or where the core has no model; cycles_model says how it was made and how far it is
    off. folding: the constant channels that were removed, None if there were none. states: what
    lives between calls, in state_bytes of memory beside the arena. stream: how a window of frames
    is taken, if it is a few frames a call. losses: what quantization costs values, of those where
    it is known; sqnr: the least SQNR of an output among them, in dB. part: what an inference
    takes on a part, board: on a board, if that was asked for. generated: the model that this is
    about, None where the report came from a file.
    """

    target: str
    layers: tuple[LayerReport, ...]
    arena_bytes: int
    arena_lower_bound: int
    constant_bytes: int
    flash_bytes: int | None = None
    stack_bytes: int | None = None
    instructions: int | None = None
    cycles: int | None = None
    cycles_model: str | None = None
    folding: Folding | None = None
    states: tuple[StateReport, ...] = ()
    state_bytes: int = 0
    stream: Stream | None = None
    losses: Mapping[str, Loss] = field(default_factory=dict[str, Loss])
    sqnr: float | None = None
    part: PartReport | None = None
    board: BoardReport | None = None
    generated: Generated | None = field(default=None, compare=False, repr=False)

    @property
    def ram_bytes(self) -> int:
        """Arena, states and, once measured, stack. Inputs and outputs are the caller's."""
        return self.arena_bytes + self.state_bytes + (self.stack_bytes or 0)

    @property
    def loss(self) -> float | None:
        """What quantization costs the worst output, in percent: the root mean square of the error
        over that of the float model's output. 1 % is an SQNR of 40 dB."""
        return None if self.sqnr is None else round(100 * 10 ** (-self.sqnr / 20), 3)

    @property
    def arena_proof(self) -> str:
        """Whether the arena is known to be the least, in words."""
        if self.arena_bytes == self.arena_lower_bound:
            return "proved to be the least of these kernels in this order"
        return f"of which {self.arena_lower_bound} are in use at one time"

    @property
    def own_kernels(self) -> tuple[str, ...]:
        """A line for each layer with a kernel of the user's, and who checked it."""
        if self.generated is None:
            return ()
        return tuple(own.text for own in self.generated.preferences.own_kernels)

    @property
    def macs(self) -> int:
        return sum(layer.macs for layer in self.layers)

    @property
    def copied_bytes(self) -> int:
        """What all layers that only move data write."""
        return sum(layer.copied_bytes for layer in self.layers)

    def __str__(self) -> str:
        """A line of totals and one for each layer; what was not measured is left out."""
        totals = [f"arena {self.arena_bytes:,} B", f"constants {self.constant_bytes:,} B"]
        if self.states:
            totals.insert(1, f"states {self.state_bytes:,} B")
        if self.flash_bytes is not None:
            totals += [f"flash {self.flash_bytes:,} B", f"RAM {self.ram_bytes:,} B"]
        totals += [f"{self.macs:,} MACs", *_measured(self.instructions, self.cycles)]
        lines = [f"{self.target}: {', '.join(totals)}"]
        if self.stream is not None:
            lines.append(f"  stream of {self.stream.input}: {self.stream.summary}")
        if self.part is not None:
            lines.append(f"  {self.part.text}")
        if self.board is not None:
            lines.append(f"  {self.board.text(self.cycles)}")
        if self.folding is not None:
            lines.append(f"  constant channels folded: {self.folding}")
        if self.copied_bytes:
            count = sum(layer.copied_bytes > 0 for layer in self.layers)
            lines.append(f"  copies left: {self.copied_bytes:,} B in {count} layers")
        lines += [f"  state {state.name}: {state.bytes:,} B" for state in self.states]
        lines += [f"  kernel of your own: {text}" for text in self.own_kernels]
        for layer in self.layers:
            costs = [f"{layer.macs:,} MACs", *_measured(layer.instructions, layer.cycles)]
            costs += [f"{layer.copied_bytes:,} B copied"] if layer.copied_bytes else []
            lines.append(f"  {layer.name} ({layer.kernel}): {', '.join(costs)}")
        return "\n".join(lines)

    def save(
        self,
        path: str | Path,
        *,
        curves: bool = True,
        ranges: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> Path:
        """Writes all that is known of the model and returns the path: as one HTML page that needs
        nothing else, or as JSON (docs/report.md), by the end of the file's name.

        curves: also what less RAM and flash would cost, which takes some seconds or minutes.
        ranges: what values held, as ``CompiledModel.value_ranges`` gives it.

        Raises TcmError if the name ends in neither .html nor .json, or cannot be written.
        """
        file = as_path(path, "path", "an .html or .json file to write")
        return write_report(file, lambda: self.document(curves=curves, ranges=ranges))

    def document(
        self, *, curves: bool = True, ranges: Mapping[str, Mapping[str, Any]] | None = None
    ) -> dict[str, Any]:
        """What ``save`` writes, as data. Raises TcmError for a report that came from a file."""
        if self.generated is None:
            raise TcmError(
                "a report from a file has no graph",
                expected="the report of a compiled model",
                hint="tcm.load(FOLDER).report.save(...), or tcm report FOLDER",
            )
        return document(Facts(self.generated, self.as_data(), ranges), curves=curves)

    def with_layer_sizes(self) -> Report:
        """With RAM and flash of each layer, which takes as long as choosing the kernels. A report
        that came from a file stays as it is."""
        if self.generated is None:
            return self
        sizes = layer_sizes(self.generated)
        layers = tuple(_sized(layer, sizes[layer.name]) for layer in self.layers)
        return replace(self, layers=layers)

    def as_data(self) -> dict[str, Any]:
        """The form that ``tcm profile --json`` prints."""
        return {
            "target": self.target,
            "layers": [asdict(layer) for layer in self.layers],
            "cycles_model": self.cycles_model,
            "folding": None if self.folding is None else asdict(self.folding),
            "states": [asdict(state) for state in self.states],
            "stream": _stream_data(self.stream),
            "losses": {value: loss._asdict() for value, loss in self.losses.items()},
            "part": None if self.part is None else asdict(self.part),
            "board": None if self.board is None else asdict(self.board),
            "total": {
                "instructions": self.instructions,
                "cycles": self.cycles,
                "macs": self.macs,
                "flash_bytes": self.flash_bytes,
                "ram_bytes": self.ram_bytes,
                "arena_bytes": self.arena_bytes,
                "arena_lower_bound": self.arena_lower_bound,
                "state_bytes": self.state_bytes,
                "constant_bytes": self.constant_bytes,
                "stack_bytes": self.stack_bytes,
                "copied_bytes": self.copied_bytes,
                "sqnr": self.sqnr,
            },
        }


def _sized(layer: LayerReport, sizes: LayerSizes) -> LayerReport:
    return replace(
        layer, constant_bytes=sizes.constants, code_bytes=sizes.code, ram_bytes=sizes.ram
    )


def _stream_data(stream: Stream | None) -> dict[str, Any] | None:
    return None if stream is None else asdict(stream) | {"first_result": stream.first_result}


def _measured(instructions: int | None, cycles: int | None) -> list[str]:
    texts = [] if instructions is None else [f"{instructions:,} instructions"]
    return texts if cycles is None else [*texts, f"about {cycles:,} cycles"]
