"""Measures candidates on a board, by a firmware that has them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ..build import KernelLibrary
from ..errors import TcmError
from ..measured.measurements import Measurements, board_table
from ..ops.rules.case_graph import case_inputs
from ..run import Board, Execution, open_board
from ..target import Target
from .candidates import Candidate
from .firmware import candidate_models
from .measure import check_equal, table_name
from .tune import Progress, batches, tune_candidates

ROUNDS = 2
"""Inferences of each candidate. The others of its batch run between them, so that caches have what
other layers leave there, and the one with fewer cycles counts: interrupts only add to these."""


def tune_on_board(
    candidates: Sequence[Candidate],
    target: Target,
    path: Path,
    on: str,
    *,
    library: KernelLibrary | None = None,
    progress: Progress = lambda done, total: None,
) -> tuple[Measurements, int]:
    """Measures those candidates that the firmware of a board has, and keeps the results in
    ``path``: the cycles that the board counted, beside what the emulated core has measured, which
    is done first where the file does not have it. Returns all of it, and how many candidates no
    board has measured yet.

    What the file has already is not measured again, and it is written after every batch.

    Raises TcmError as ``tune_candidates`` and ``open_board`` do, if the board counts no cycles, or
    if kernels of one layer give different outputs there.
    """
    measurements = tune_candidates(candidates, target, path, library=library)
    table = board_table(target.name)
    asked = [
        (candidate, model)
        for candidate, model in zip(
            candidates, candidate_models(candidates, target, library), strict=True
        )
        if measurements.find(table, candidate.layer, candidate.kernel) is None
    ]
    done = len(candidates) - len(asked)
    progress(done, len(candidates))
    if not asked:
        return measurements, 0
    board = open_board(on, *(model.program for _, model in asked))
    try:
        _check_counter(board, on)
        for batch in batches(sorted(board.present), lambda index: asked[index][0].layer):
            own = [asked[index][0] for index in batch]
            executions = _measure(board, batch, own)
            check_equal(own, executions)
            for candidate, execution in zip(own, executions, strict=True):
                _keep(measurements, candidate, target, execution)
            measurements.save(path)
            done += len(batch)
            progress(done, len(candidates))
    finally:
        board.close()
    return measurements, len(candidates) - done


def _check_counter(board: Board, on: str) -> None:
    if board.facts.counter is None:
        raise TcmError(
            "the board counts no cycles",
            where=on,
            expected="a core whose DWT unit counts, or a firmware with a counter of its own",
            got="neither",
            hint="compile tcm_serial.c with -DTCM_SERIAL_CYCLES=NAME_OF_A_FUNCTION, or tune on the "
            "emulated core, without --on",
        )


def _measure(
    board: Board, programs: Sequence[int], candidates: Sequence[Candidate]
) -> list[Execution]:
    """The execution with the fewest cycles of each program."""
    runs = [(i, case_inputs(c.case)) for i, c in zip(programs, candidates, strict=True)]
    rounds = [board.run(runs) for _ in range(ROUNDS)]
    return [
        min(each, key=lambda execution: execution.cycles or 0) for each in zip(*rounds, strict=True)
    ]


def _keep(
    measurements: Measurements, candidate: Candidate, target: Target, execution: Execution
) -> None:
    layer, kernel = candidate.layer, candidate.kernel
    emulated = measurements.find(table_name(target), layer, kernel)
    assert emulated is not None, "measured before"
    measurements.add(
        board_table(target.name), layer, kernel, replace(emulated, cycles=execution.cycles)
    )
