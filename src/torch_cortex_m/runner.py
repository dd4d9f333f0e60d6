"""Runner: C programs -> one image -> outputs, instructions and cycles."""

from __future__ import annotations

import shutil
import weakref
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from tempfile import mkdtemp

from .build import Image, KernelLibrary, build_image
from .cycles import CycleEstimator, cycle_estimator
from .errors import TcmError
from .ir.artifacts import BlockFlow, Program
from .run import Execution, HostProcess, Run, execute
from .run.execute import STATUS_HINT
from .target import Part, Target


class Runner:
    """Programs for one target in one image, which is built when it is first used.

    The image lies in a temporary folder that goes with the runner, or at the end of ``with``.

    target: a core, which is emulated, or the host. library: whose kernels the programs call.
    trace: every layer reports its output and what it cost. separate: each program is compiled by
    itself, so that ``flash_bytes`` is known; a single one always is. checked: an access outside of
    a buffer ends the run; see ``build_image``.
    """

    def __init__(
        self,
        programs: Sequence[Program],
        target: Target,
        *,
        library: KernelLibrary | None = None,
        trace: bool = False,
        separate: bool = False,
        checked: bool = False,
    ) -> None:
        self.programs = tuple(programs)
        self.target = target
        self.library = library
        self.trace = trace
        self.separate = separate
        self.checked = checked
        self._folder = Path(mkdtemp(prefix="tcm-run-"))
        self._remove_folder = weakref.finalize(
            self, shutil.rmtree, self._folder, ignore_errors=True
        )

    def __enter__(self) -> Runner:
        return self

    def __exit__(self, *_: object) -> None:
        self._remove_folder()

    @cached_property
    def image(self) -> Image:
        """Raises ImageSizeError if it does not fit into the emulated board, TcmError if a tool is
        missing or fails."""
        return build_image(
            self.programs,
            self.target,
            self._folder,
            trace=self.trace,
            separate=self.separate,
            checked=self.checked,
            library=self.library,
        )

    @property
    def flash_bytes(self) -> tuple[int, ...]:
        """Code and constants of each program; none unless each is compiled by itself."""
        return self.image.flash_bytes

    @cached_property
    def _estimator(self) -> CycleEstimator | None:
        return cycle_estimator(self.image.path, self.target)

    def open_process(self) -> HostProcess:
        """The first program on the host, given one run at a time."""
        assert self.target.machine is None
        return HostProcess(self.image.path, self.programs[0])

    def run(
        self,
        runs: Iterable[Run | tuple[int, Sequence[bytes]]],
        *,
        cycles: bool = False,
        part: Part | None = None,
        cold: bool = False,
        timeout: float = 1200,
    ) -> list[Execution]:
        """Runs (index of a program, its inputs) one after the other; see ``Run``.

        cycles: estimates these, too, where the core has a model; in a traced run by layer.
        part: counts what its caches would fetch, too; not in a traced run. cold: these are empty
        before each inference; else they have what the one before left.

        Raises TcmError if a tool is missing, the image does not fit, crashes or does not end in
        ``timeout`` seconds, or a program returns an error.
        """
        order = list(runs)
        estimator = self._estimator if cycles else None
        executions = execute(
            self.image.path,
            self.target,
            self.programs,
            order,
            trace=self.trace,
            count_blocks=estimator is not None,
            part=part,
            cold=cold,
            checked=self.checked,
            timeout=timeout,
        )
        for (index, *_), execution in zip(order, executions, strict=True):
            _check_status(self.programs[index], execution)
        if estimator is None:
            return executions
        return [_with_cycles(execution, estimator) for execution in executions]


def _check_status(program: Program, execution: Execution) -> None:
    if execution.status != 0:
        raise TcmError(
            f"{program.prefix}_run returned an error: {execution.status}", hint=STATUS_HINT
        )


def _with_cycles(execution: Execution, estimator: CycleEstimator) -> Execution:
    layers = tuple(
        replace(layer, cycles=_cycles(layer.flow, estimator)) for layer in execution.layers
    )
    return replace(execution, cycles=_cycles(execution.flow, estimator), layers=layers)


def _cycles(flow: BlockFlow | None, estimator: CycleEstimator) -> int | None:
    return None if flow is None else estimator.cycles(flow)
