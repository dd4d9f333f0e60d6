"""tcm tune."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from rich.progress import MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from ..errors import TcmError
from ..generate import generate
from ..ir import Node
from ..measured.measurements import Measurements, board_table, measurements_for
from ..model.compiled import CompiledModel
from ..ops.base import Layer
from ..run import is_board
from ..select import check_objective, layer_of
from ..target import Target, cores_like, part_with_waiting
from ..tune import Candidate, candidates_of, tune_graph, tune_on_board
from .terminal import terminal
from .written import load_as_written

NO_LAYER = "-"
"""The kernel before, of a layer that another budget of RAM made."""


UNMEASURED = (
    "Kernels that compute a few rows at a time are chosen by estimates: whole layers are measured. "
    "tcm profile tells what a model takes."
)


def tune_folder(
    folder: Path,
    tuning: Path,
    jobs: int,
    *,
    on: str | None = None,
    optimize: str | None = None,
    flash: int | None = None,
    ram: int | str | None = None,
) -> None:
    """Measures, writes the tuning file, chooses again and saves the folder; prints what changed.

    on: a board with a tuning firmware, whose cycles count then. optimize, flash, ram: None keeps
    what the folder was compiled with.
    """
    if optimize is not None:
        check_objective(optimize)
    _check_board(on)
    compiled = load_as_written(folder)
    measured, left = measure_emulated(compiled, tuning, jobs), 0
    if on is not None:
        measured, left = _measure_on_board(compiled, tuning, on)
    measurements = measurements_for(cores_like(compiled.target), measured)
    generated = compiled.generated
    before = generated.preferences
    preferences = replace(
        before,
        objective=before.objective if optimize is None else optimize,
        flash_bytes=before.flash_bytes if flash is None else flash,
        ram_bytes=before.ram_bytes if ram is None else ram,
        measurements=measurements,
    )
    chosen = generate(
        generated.uncut,
        compiled.target,
        prefix=generated.program.prefix,
        library=generated.library,
        preferences=preferences,
    )
    tuned = CompiledModel(
        replace(
            chosen,
            folding=generated.folding,
            removed=generated.removed,
            losses={n: loss for n, loss in generated.losses.items() if n in chosen.graph.types},
        )
    )
    changes = _changes(compiled, tuned, measured)
    tuned.save(folder)
    terminal().print(changes)
    print(f"{folder}: tuned; measurements in {tuning.resolve()}")
    print(f"a new compilation takes them by: tcm compile ... --tuning {shlex.quote(str(tuning))}")
    _tell_of_unknown_waiting(compiled.target)
    if left:
        print(f"{left} kernels are not in this firmware: flash the next image, and run this again")


def measure_emulated(compiled: CompiledModel, tuning: Path, jobs: int) -> Measurements:
    """Measures on the emulated core what the tuning file does not have. Raises TcmError."""
    compiled.target.check_emulated()
    with _shown("measuring kernels") as progress:
        return tune_graph(
            compiled.generated.uncut,
            compiled.target,
            tuning,
            library=compiled.generated.library,
            jobs=jobs,
            progress=progress,
        )


def _measure_on_board(compiled: CompiledModel, tuning: Path, on: str) -> tuple[Measurements, int]:
    candidates, library = candidates_of_model(compiled), compiled.generated.library
    with _shown("measuring on the board") as progress:
        return tune_on_board(
            candidates, compiled.target, tuning, on, library=library, progress=progress
        )


def candidates_of_model(compiled: CompiledModel) -> list[Candidate]:
    library = compiled.generated.library
    symbols = library.symbols if library else frozenset[str]()
    return candidates_of(compiled.generated.uncut, compiled.target, symbols)


@contextmanager
def _shown(what: str) -> Iterator[Callable[[int, int], None]]:
    """Shows on a terminal how far the work is."""
    columns = (TextColumn(what), MofNCompleteColumn(), TimeRemainingColumn())
    console = terminal(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("")
        yield lambda done, total: progress.update(task, completed=done, total=total)


def _tell_of_unknown_waiting(target: Target) -> None:
    if target.part and part_with_waiting(target) is None:
        print(
            f"how long {target.part} waits for flash is not known: kernels are compared by cycles "
            "without waiting"
        )


def _check_board(on: str | None) -> None:
    if on is not None and not is_board(on):
        raise TcmError(
            "kernels are measured on the emulated core or on a board",
            where=f"--on {on}",
            expected="serial:PORT, or nothing for the emulated core",
            got=on,
            hint="name the port of a board (docs/board.md), or leave out --on",
        )


def _changes(before: CompiledModel, after: CompiledModel, measured: Measurements) -> Table:
    origins = _origins(after, measured)
    kinds = sorted(set(origins.values()))
    table = Table(title=f"cycles {kinds[0]}" if len(kinds) == 1 else None)
    for title in ("layer", "before", "after", "instructions", "cycles"):
        table.add_column(title, overflow="fold")
    core, part = after.target.name, after.target.part
    kernels = measured.for_core(core) | measured.on_part(core, part)
    selection = before.generated.selection
    for node in after.graph.computing_nodes():
        costs = kernels.get(_called(after, node).signature.text, {})
        old = selection[node.name].name if node.name in selection else NO_LAYER
        new = after.generated.selection[node.name].name
        known = [costs[name] for name in dict.fromkeys((old, new)) if name in costs]
        cycles = " -> ".join(f"{cost.cycles:,}" for cost in known if cost.cycles is not None)
        table.add_row(
            node.name,
            old,
            new if new != old else "same",
            " -> ".join(f"{cost.instructions:,}" for cost in known),
            f"{cycles} {origins[node.name]}" if len(kinds) > 1 and cycles else cycles,
        )
    if after.generated.plan.regions:
        table.caption = UNMEASURED
    return table


def _called(compiled: CompiledModel, node: Node) -> Layer:
    """What one call of the node's kernel computes: some rows, where it goes by rows."""
    return compiled.generated.layers.get(node.name) or layer_of(compiled.graph, node)


def _origins(compiled: CompiledModel, measured: Measurements) -> dict[str, str]:
    """Layer -> where its cycles are from."""
    core, part = compiled.target.name, compiled.target.part
    origins = dict.fromkeys(measured.on_part(core, part), f"on {part}")
    origins |= dict.fromkeys(measured.tables.get(board_table(core), {}), "on the board")
    return {
        node.name: origins.get(_called(compiled, node).signature.text, "of the emulated core")
        for node in compiled.graph.computing_nodes()
    }
