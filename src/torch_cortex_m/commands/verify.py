"""tcm verify."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from ..errors import TcmError
from ..model.load import load
from .arrays import read_inputs


def _check_files(folder: Path, files: Mapping[str, str]) -> None:
    """What is proved is what lies in the folder: raises TcmError if a file is missing or edited."""
    for name, text in files.items():
        path = folder / name
        if not path.is_file() or path.read_bytes() != text.encode():
            raise TcmError(
                "the folder does not hold what tcm compile wrote",
                where=str(path),
                expected="the file as it was emitted",
                got="an edited file" if path.is_file() else "no such file",
                hint="compile again, or restore the file",
            )


def verify_folder(
    folder: Path,
    inputs: Path | None,
    random: int | None,
    seed: int,
    on: Sequence[str] | None,
    layers: bool,
) -> None:
    """Verifies a compiled folder and prints one line; raises TcmError at a difference."""
    compiled = load(folder)
    on = on or compiled.places
    _check_files(folder, compiled.generated.program.files)
    arrays = read_inputs(inputs, compiled.graph)
    count = compiled.verify(*arrays, random=random, seed=seed, on=on, layers=layers)
    places = " = ".join(
        f"{place} ({compiled.target.name})" if place == "emulator" else place for place in on
    )
    what = "calls in a row" if compiled.graph.states else "samples"
    print(
        f"bit-exact: reference = {places} on {count} {what}"
        f"{f', {len(compiled.report.layers)} layers each' if layers else ''}"
    )
