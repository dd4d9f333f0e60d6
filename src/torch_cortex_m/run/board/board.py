"""A board whose firmware has a model's C and tcm_serial.c."""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from struct import Struct, error

from ...errors import TcmError
from ...ir.artifacts import Program
from ...text import one_line
from ..execute import STATUS_HINT, Execution, LayerTrace, Run
from .frames import Kind
from .link import ANOTHER_PROTOCOL, WRITE_AGAIN, Link

VERSION = 2
COUNTERS = {1: "DWT", 2: "own"}
"""What counts the cycles: the core's data watchpoint and trace unit, or a function of the
firmware."""

_FACTS = Struct("<7I")
_STATUS = Struct("<iIII")
_SIGNATURE_BYTES = 8


@dataclass(frozen=True)
class BoardFacts:
    """What a firmware says of itself. counter: of COUNTERS, None where nothing counts cycles.
    clock_hz, stack_bytes: 0 where it was not told the core's clock, or a stack that it may
    overwrite to see how much of it is used. row_bytes: of the only input of the program, where it
    comes row by row, and otherwise 0."""

    counter: str | None
    clock_hz: int
    stack_bytes: int
    row_bytes: int = 0


class Board:
    """Runs the programs that are in the firmware of a board. Their states live there: every ``run``
    begins with the initial ones.

    programs: some of them at least are in the firmware, which may have others, too. ``present``:
    the indices of those that are.

    The port is open until ``close``, or until nobody has the board any more.
    """

    def __init__(self, link: Link, programs: Sequence[Program]) -> None:
        """Raises TcmError if nothing answers, or the firmware has none of the programs."""
        self.programs = tuple(programs)
        self._link = link
        self._current: int | None = None
        """The program that the board was asked for and has."""
        self._other = ""
        """What it has instead of the one that it was asked for last."""
        self.close = weakref.finalize(self, link.close)
        try:
            self._facts = {i: facts for i in range(len(self.programs)) if (facts := self._ask(i))}
            if not self._facts:
                raise self._another_model(0)
        except BaseException:
            self.close()
            raise
        self.facts = next(iter(self._facts.values()))
        self.present = frozenset(self._facts)

    @property
    def is_open(self) -> bool:
        return self.close.alive

    def run(self, runs: Iterable[Run | tuple[int, Sequence[bytes]]]) -> list[Execution]:
        """Runs one inference after the other, of programs that are present; ``cycles`` and
        ``stack_bytes`` are those of the board, where it counts them. A program that follows another
        one begins with its initial states.

        Raises TcmError if the board does not answer or was reset, or a program returns an error.
        """
        order = [run if isinstance(run, Run) else Run(*run) for run in runs]
        return [self._run(run, run.reset or index == 0)[0] for index, run in enumerate(order)]

    def measure(self, inputs: Sequence[bytes]) -> Execution:
        """One inference of the first program from the initial states, with the cycles of its layers
        where the model's C was compiled for that; they have no outputs. Raises TcmError as ``run``
        does."""
        execution, layer_calls = self._run(Run(0, inputs), reset=True)
        if layer_calls == 0 or execution.cycles is None:
            return execution
        layout = Struct(f"<{len(self.programs[0].layers)}I")
        cycles = layout.unpack(self._request(Kind.LAYERS, b"", layout.size))
        layers = (LayerTrace(i, (), 0, cycles=count) for i, count in enumerate(cycles))
        return replace(execution, layers=tuple(layers))

    def _run(self, run: Run, reset: bool) -> tuple[Execution, int]:
        """The inference, and how many calls of layers told their cycles."""
        program = self.programs[run.program]
        if run.program != self._current:
            if self._ask(run.program) is None:
                raise self._another_model(run.program)
            reset = True
        if reset:
            self._request(Kind.RESET, b"", 0)
        *rows, last = _pieces(b"".join(run.inputs), self._facts[run.program].row_bytes)
        for index, row in enumerate(rows):
            status, *_ = _STATUS.unpack(self._request(Kind.RUN, row, _STATUS.size))
            self._check_status(program, status, len(rows) - index)
        size = _STATUS.size + sum(program.output_bytes)
        answer = self._request(Kind.RUN, last, size)
        status, cycles, stack, layer_calls = _STATUS.unpack_from(answer)
        self._check_status(program, status, 0)
        ends = list(accumulate(program.output_bytes, initial=_STATUS.size))
        outputs = tuple(answer[start:end] for start, end in pairwise(ends))
        counted = None if self.facts.counter is None else cycles
        return Execution(outputs, status, 0, stack, cycles=counted), layer_calls

    def _check_status(self, program: Program, status: int, wanted: int) -> None:
        if status != wanted:
            raise TcmError(
                f"{program.prefix}_run returned an error: {status}",
                where=self._link.name,
                hint=STATUS_HINT,
            )

    def _request(self, kind: Kind, payload: bytes, answer_bytes: int) -> bytes:
        try:
            answer = self._link.request(kind, payload, answer_bytes)
        except TcmError:
            self.close()  # its session is over
            raise
        if len(answer) != answer_bytes:
            raise self._other_protocol(f"{answer_bytes} bytes", f"{len(answer)} bytes")
        return answer

    def _ask(self, index: int) -> BoardFacts | None:
        """Says hello to a program; None if it is not there."""
        program = self.programs[index]
        self._current = None
        answer = self._link.hello(program.signature)
        try:
            version, counter, clock, stack, inputs, ports, row_bytes = _FACTS.unpack_from(answer)
            sizes = Struct(f"<{ports if version == VERSION else 0}I")
            found = sizes.unpack_from(answer, _FACTS.size)
        except error:
            raise self._other_protocol(f"version {VERSION}", f"{len(answer)} bytes") from None
        if version != VERSION:
            raise self._other_protocol(f"version {VERSION}", f"version {version}")
        identity = answer[_FACTS.size + sizes.size :]
        signature, name = identity[:_SIGNATURE_BYTES], identity[_SIGNATURE_BYTES:]
        wanted = (*program.input_bytes, *program.output_bytes)
        if signature == program.signature and (inputs, found) == (len(program.input_bytes), wanted):
            self._current = index
            return BoardFacts(COUNTERS.get(counter), clock, stack, row_bytes)
        self._other = f"{one_line(name.decode(errors='replace'))} ({signature.hex()}), {[*found]}"
        return None

    def _another_model(self, index: int) -> TcmError:
        program, others = self.programs[index], len(self.programs) - 1
        sizes = [*program.input_bytes, *program.output_bytes]
        return TcmError(
            "the board has another model",
            where=self._link.name,
            expected=f"{program.prefix}, compiled as it is here ({program.signature.hex()}), with "
            f"{sizes} bytes of inputs and outputs{f', or one of {others} others' * (others > 0)}",
            got=self._other,
            hint=WRITE_AGAIN,
        )

    def _other_protocol(self, expected: str, got: str) -> TcmError:
        return TcmError(
            ANOTHER_PROTOCOL,
            where=self._link.name,
            expected=expected,
            got=got,
            hint=WRITE_AGAIN,
        )


def _pieces(data: bytes, size: int) -> list[bytes]:
    """The data in pieces of this size, or in one, where it is 0."""
    return [data[start : start + size] for start in range(0, len(data), size)] if size else [data]
