"""tcm tune."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from rich.progress import MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from ..generate import Preferences, generate
from ..measured.measurements import Measurements, measurements_for
from ..model.compiled import CompiledModel
from ..model.load import load
from ..select import check_objective, layer_of
from ..target import cores_like
from ..tune import tune_graph
from .terminal import terminal


def tune_folder(
    folder: Path,
    tuning: Path,
    jobs: int,
    *,
    optimize: str | None = None,
    flash: int | None = None,
    ram: int | str | None = None,
) -> None:
    """Measures, writes the tuning file, chooses again and saves the folder; prints what changed.

    optimize, flash, ram: None keeps what the folder was compiled with.
    """
    if optimize is not None:
        check_objective(optimize)
    compiled = load(folder)
    compiled.target.check_emulated()
    generated = compiled.generated
    columns = (TextColumn("measuring kernels"), MofNCompleteColumn(), TimeRemainingColumn())
    console = terminal(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("")
        measured = tune_graph(
            compiled.graph,
            compiled.target,
            tuning,
            library=generated.library,
            jobs=jobs,
            progress=lambda done, total: progress.update(task, completed=done, total=total),
        )
    measurements = measurements_for(cores_like(compiled.target), measured)
    before = generated.preferences
    preferences = Preferences(
        before.objective if optimize is None else optimize,
        before.flash_bytes if flash is None else flash,
        before.ram_bytes if ram is None else ram,
        measurements,
        before.prefer_library,
        before.io,
    )
    chosen = generate(
        compiled.graph,
        compiled.target,
        prefix=generated.program.prefix,
        library=generated.library,
        preferences=preferences,
    )
    tuned = CompiledModel(replace(chosen, folding=generated.folding))
    tuned.save(folder)
    terminal().print(_changes(compiled, tuned, measured))
    print(f"{folder}: tuned; measurements in {tuning}")


def _changes(before: CompiledModel, after: CompiledModel, measured: Measurements) -> Table:
    table = Table()
    for title in ("layer", "before", "after", "instructions", "estimated cycles"):
        table.add_column(title, overflow="fold")
    kernels = measured.for_core(after.target.name)
    for node in after.graph.computing_nodes():
        costs = kernels.get(layer_of(after.graph, node).signature.text, {})
        old = before.generated.selection[node.name].name
        new = after.generated.selection[node.name].name
        pair = [costs.get(name) for name in (old, new)]
        table.add_row(
            node.name,
            old,
            new if new != old else "same",
            " -> ".join(f"{cost.instructions:,}" for cost in pair if cost),
            " -> ".join(f"{cost.cycles:,}" for cost in pair if cost and cost.cycles is not None),
        )
    return table
