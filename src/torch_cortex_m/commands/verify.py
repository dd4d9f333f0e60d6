"""tcm verify."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..errors import TcmError
from ..model.compiled import CompiledModel
from ..run import is_board
from ..staging import is_linked
from .arrays import read_inputs
from .linked import load_linked
from .written import load_as_written


def verify_folder(
    folder: Path,
    inputs: Path | None,
    random: int | None,
    seed: int,
    on: Sequence[str] | None,
    layers: bool,
) -> None:
    """Verifies a compiled folder and prints one line, or each model of a linked one on a board;
    raises TcmError at a difference."""
    if is_linked(folder):
        _verify_linked(folder, inputs, random, seed, on or (), layers)
        return
    compiled = load_as_written(folder)
    on = on or compiled.places
    arrays = read_inputs(inputs, compiled.graph)
    count = compiled.verify(*arrays, random=random, seed=seed, on=on, layers=layers)
    print(_proved(compiled, on, count, random, layers))


def _proved(
    compiled: CompiledModel, on: Sequence[str], count: int, random: int | None, layers: bool
) -> str:
    places = " = ".join(
        f"{place} ({compiled.target.name})" if place == "emulator" else place for place in on
    )
    drawn = compiled.random_count if random is None else random
    return (
        f"bit-exact: reference = {places} on {_counted(compiled, count - drawn, drawn)}"
        f"{f', {len(compiled.report.layers)} layers each' if layers else ''}"
    )


def _counted(compiled: CompiledModel, given: int, drawn: int) -> str:
    count = given + drawn
    one, several = ("call", "calls in a row") if compiled.graph.states else ("sample", "samples")
    parts = f" ({given} given, {drawn} random)" if given and drawn else ""
    return f"{count} {one if count == 1 else several}{parts}"


def _verify_linked(
    folder: Path,
    inputs: Path | None,
    random: int | None,
    seed: int,
    on: Sequence[str],
    layers: bool,
) -> None:
    if inputs is not None or not on or not all(map(is_board, on)):
        places = [f"--on {place}" for place in on] or ["no --on"]
        raise TcmError(
            "a linked folder is verified on a board, with random samples",
            where=str(folder),
            expected="--on serial:PORT, and no --inputs",
            got=" ".join(places if inputs is None else [*places, "--inputs"]),
            hint="verify the folder of each model by itself",
        )
    for model in load_linked(folder)[1]:
        count = model.verify(random=random, seed=seed, on=on, layers=layers)
        for place in on:
            model.board(place).close()  # a port is for one at a time
        print(f"{model.generated.program.prefix}: {_proved(model, on, count, random, layers)}")
