"""Runs an image on the host or in QEMU and reads what the harness reports."""

from __future__ import annotations

import subprocess
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from struct import Struct
from tempfile import TemporaryDirectory
from typing import NamedTuple

from ..errors import DEFECT, TcmError
from ..ir.artifacts import BasicBlock, BlockFlow, Program
from ..target import Machine, Part, Target
from ..tools import require_tool
from .block_counter import counting_blocks, flow_difference, read_phases
from .miss_counter import Misses, counting_misses, read_misses

CALIBRATION_INSTRUCTIONS = 2 * 100_000
"""What the long calibration loop executes more than the short one (see harness/harness.c)."""

STATUS_HINT = "only kernels of a linked library return errors: its header says what they mean"

FEWER_SAMPLES = "give it fewer samples at a time"

OUTSIDE_BUFFER = 5
"""As TCM_OUTSIDE_BUFFER of the harness."""

# One instruction takes 2^7 ns of virtual time, so that every board's counter (20 to 32 MHz) ticks
# at least twice an instruction and the count is exact after rounding.
ICOUNT_SHIFT = 7

RESET = 1 << 31
"""Beside a program's index, in the stream to the harness: set its states back first."""

_WORD = Struct("<I")
_TRIPLE = Struct("<III")


@dataclass(frozen=True)
class LayerTrace:
    """One layer of a traced run: its outputs' bytes and, on a core, its instructions and (where
    blocks are counted) their flow, from which ``cycles`` are estimated."""

    index: int
    outputs: tuple[bytes, ...]
    instructions: int
    flow: BlockFlow | None = None
    cycles: int | None = None


MOST_STACK = 31 << 10
"""Bytes: of the 32 KB that core.ld has, less what the harness itself may take."""


@dataclass(frozen=True)
class Execution:
    """One inference. ``instructions`` and ``stack_bytes`` are 0 on the host; ``flow`` is None
    unless blocks are counted, ``cycles`` unless they are estimated from it or a board counted them,
    ``misses`` unless these are counted. A traced run has these by layer, but for misses: its own
    instructions include the reports. A board has no instructions."""

    outputs: tuple[bytes, ...]
    status: int
    instructions: int
    stack_bytes: int
    layers: tuple[LayerTrace, ...] = ()
    flow: BlockFlow | None = None
    cycles: int | None = None
    misses: Misses | None = None


class Run(NamedTuple):
    """One inference of a program (by its index in the image). The first one finds the initial
    states; what it leaves in them is what the next one finds, unless that has ``reset``."""

    program: int
    inputs: Sequence[bytes]
    reset: bool = False


@dataclass(frozen=True)
class _Calibration:
    empty: int
    ticks_per_instruction: float

    def instructions(self, ticks: int, overhead: int) -> int:
        if self.ticks_per_instruction == 0:
            return 0
        return round((ticks - overhead) / self.ticks_per_instruction)


def execute(
    path: Path,
    target: Target,
    programs: Sequence[Program],
    runs: Iterable[Run | tuple[int, Sequence[bytes]]],
    *,
    trace: bool = False,
    count_blocks: bool = False,
    part: Part | None = None,
    cold: bool = False,
    checked: bool = False,
    timeout: float = 1200,
) -> list[Execution]:
    """Runs one inference after the other in one process.

    trace, checked: as the image was built. count_blocks: counts blocks, too (on a core only).
    part: counts what its caches would fetch, too. cold: these are empty before each inference.

    Raises TcmError if QEMU is missing, the image crashes, accesses memory outside of its buffers or
    does not end in ``timeout`` seconds.
    """
    order: list[int] = []
    started: set[int] = set()
    stream = bytearray()
    for run in runs:
        index, inputs, reset = run if isinstance(run, Run) else Run(*run)
        order.append(index)
        reset |= index not in started
        started.add(index)
        stream += _WORD.pack(index | RESET if reset else index)
        stream += b"".join(inputs) * _placements(checked)
    machine = target.machine
    phases = misses = None
    if machine is None:
        output = _run_host(path, bytes(stream), timeout)
    else:
        output, phases, misses = _run_emulator(
            path, machine, bytes(stream), timeout, count_blocks, part, cold
        )
    return _Reader(output, phases, misses, trace, checked).executions(
        [programs[index] for index in order]
    )


def _placements(checked: bool) -> int:
    """How often a run is done, each time with its buffers elsewhere (see harness/guarded.c)."""
    return 2 if checked else 1


def _run_host(path: Path, stream: bytes, timeout: float) -> bytes:
    try:
        result = subprocess.run(
            [str(path)], input=stream, capture_output=True, check=False, timeout=timeout
        )
    except subprocess.TimeoutExpired:
        raise TcmError(
            f"the host build did not end in {timeout:.0f} s", hint=FEWER_SAMPLES
        ) from None
    if result.returncode != 0:
        raise _stopped("the host build crashed", result, DEFECT)
    return result.stdout


def _stopped(what: str, result: subprocess.CompletedProcess[bytes], hint: str) -> TcmError:
    message = result.stderr.decode(errors="replace").strip()[-4000:]
    if result.returncode == OUTSIDE_BUFFER:
        what = "the C accessed memory outside of its buffers"
        return TcmError(what, got=message, hint=DEFECT)
    return TcmError(what, got=f"exit status {result.returncode} {message}".strip(), hint=hint)


def _run_emulator(
    path: Path,
    machine: Machine,
    stream: bytes,
    timeout: float,
    count_blocks: bool,
    part: Part | None,
    cold: bool,
) -> tuple[bytes, list[BlockFlow] | None, list[Misses] | None]:
    qemu = require_tool("qemu-system-arm")
    command = [
        qemu,
        *("-M", machine.name, "-display", "none", "-monitor", "none", "-serial", "null"),
        *("-semihosting-config", "enable=on,target=native"),
        *("-icount", f"shift={ICOUNT_SHIFT}"),
        *("-kernel", str(path.resolve())),
    ]
    if count_blocks:
        command += counting_blocks(qemu, path)
    if part is not None:
        command += counting_misses(qemu, path, part, machine.code, cold=cold)
    with TemporaryDirectory(prefix="tcm-run-") as folder:
        (Path(folder) / "input.bin").write_bytes(stream)
        try:
            result = subprocess.run(
                command, cwd=folder, capture_output=True, check=False, timeout=timeout
            )
        except subprocess.TimeoutExpired:
            raise TcmError(
                f"the emulated core did not end in {timeout:.0f} s", hint=FEWER_SAMPLES
            ) from None
        output = Path(folder) / "output.bin"
        if result.returncode != 0 or not output.exists():
            raise _stopped(
                f"the emulated core ({machine.name}) stopped with an error",
                result,
                "status 4 is a fault: an illegal instruction or a bad address",
            )
        phases = read_phases(Path(folder)) if count_blocks else None
        misses = None if part is None else read_misses(Path(folder))
        return output.read_bytes(), phases, misses


def _ticks_per_instruction(ticks: int) -> float:
    """From the ticks of CALIBRATION_INSTRUCTIONS, exactly.

    The count of ticks is off by one at most; as boards' clocks are whole kilohertz, rounding the
    measured clock to that takes the error away, so that long runs are counted exactly too.
    """
    milliseconds_per_instruction = (1 << ICOUNT_SHIFT) * 1e-6
    kilohertz = round(ticks / (CALIBRATION_INSTRUCTIONS * milliseconds_per_instruction))
    return kilohertz * milliseconds_per_instruction


def _joined(parts: Sequence[LayerTrace]) -> LayerTrace:
    """One layer's trace from those of its parts."""
    if len(parts) == 1:
        return parts[0]
    flow: Counter[tuple[BasicBlock, BasicBlock]] = Counter()
    for part in parts:
        flow.update(part.flow or {})
    data = b"".join(output for part in parts for output in part.outputs)
    instructions = sum(part.instructions for part in parts)
    has_flow = parts[0].flow is not None
    return LayerTrace(parts[0].index, (data,), instructions, flow if has_flow else None)


class _Reader:
    """Takes the harness's output stream apart.

    The harness calls its counter at the start and the end of everything it measures, so that each
    measurement is one phase of the block counter and of that of misses: ``phase`` follows those
    calls.
    """

    def __init__(
        self,
        data: bytes,
        phases: list[BlockFlow] | None,
        misses: list[Misses] | None,
        trace: bool,
        checked: bool,
    ) -> None:
        self.data = data
        self.position = 0
        self.phases = phases
        self.misses = misses
        self.phase = 1
        self.trace = trace
        self.checked = checked
        empty, short, long = self._take(_TRIPLE)
        self.calibration = _Calibration(empty, _ticks_per_instruction(long - short))
        self.empty_flow = self._flow(0)
        self.phase += 6

    def _take(self, layout: Struct) -> tuple[int, ...]:
        return layout.unpack(self._bytes(layout.size))

    def _bytes(self, size: int) -> bytes:
        data = self.data[self.position : self.position + size]
        if len(data) != size:
            raise TcmError("the image ended before it had run everything", hint=DEFECT)
        self.position += size
        return data

    def _flow(self, offset: int) -> BlockFlow:
        """What ran between the ``offset``-th call of the counter from here and the next one."""
        return self.phases[self.phase + offset] if self.phases is not None else {}

    def _net(self, flow: BlockFlow, overhead: BlockFlow) -> BlockFlow | None:
        return None if self.phases is None else flow_difference(flow, overhead)

    def executions(self, programs: Sequence[Program]) -> list[Execution]:
        return [self._equal_executions(program) for program in programs]

    def _equal_executions(self, program: Program) -> Execution:
        """The last one of those that differ in where the buffers were."""
        first, *others = (self._execution(program) for _ in range(_placements(self.checked)))
        if any(other.outputs != first.outputs for other in others):
            raise TcmError(
                "the outputs depend on where the buffers are, or on what the arena had before",
                where=program.prefix,
                hint=DEFECT,
            )
        return others[-1] if others else first

    def _execution(self, program: Program) -> Execution:
        layers = self._layers(program) if self.trace else ()
        status, ticks, stack = self._take(_TRIPLE)
        if stack > MOST_STACK:
            raise TcmError(
                "the stack of the emulated core is full, and may have gone over other memory",
                where=program.prefix,
                expected=f"at most {MOST_STACK:,} bytes",
                got=f"{stack:,} bytes or more",
                hint="large arrays of your own kernels or hooks belong elsewhere, as static ones",
            )
        flow = None if self.trace else self._net(self._flow(0), self.empty_flow)
        misses = None if self.trace or self.misses is None else self.misses[self.phase]
        self.phase += 2
        outputs = [self._bytes(size) for size in program.output_bytes]
        count = self.calibration.instructions(ticks, self.calibration.empty)
        signed = status - (1 << 32) if status >= 1 << 31 else status
        return Execution(tuple(outputs), signed, count, stack, layers, flow, misses=misses)

    def _layers(self, program: Program) -> tuple[LayerTrace, ...]:
        """Two reports that measure reporting itself, then one for each output of each layer, or for
        each part of its only output.

        A report's own two calls of the counter lie around its writing; the run's first call lies
        between the two reports and the first layer.
        """
        self._take(_TRIPLE)
        _, overhead, _ = self._take(_TRIPLE)
        between_reports = self._flow(1)
        self.phase += 4
        parts: dict[int, list[LayerTrace]] = {}
        for _ in range(sum(layer.calls for layer in program.layers)):
            index, ticks, size = self._take(_TRIPLE)
            outputs = [self._bytes(size)]
            instructions = self.calibration.instructions(ticks, overhead)
            flow = self._net(self._flow(0), between_reports)
            self.phase += 2
            for _ in program.layers[index].outputs[1:]:  # the layer is over: these only report
                *_, size = self._take(_TRIPLE)
                outputs.append(self._bytes(size))
                self.phase += 2
            parts.setdefault(index, []).append(
                LayerTrace(index, tuple(outputs), instructions, flow)
            )
        return tuple(_joined(parts[index]) for index in sorted(parts))
