"""tcm verify."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..api import load
from .arrays import read_inputs


def verify_folder(
    folder: Path, inputs: Path | None, random: int, seed: int, on: Sequence[str], layers: bool
) -> None:
    """Verifies a compiled folder and prints one line; raises TcmError at a difference."""
    compiled = load(folder)
    arrays = read_inputs(inputs, compiled.graph)
    count = compiled.verify(*arrays, random=random, seed=seed, on=on, layers=layers)
    places = " = ".join(
        f"{place} ({compiled.target.name})" if place == "emulator" else place for place in on
    )
    print(
        f"bit-exact: reference = {places} on {count} samples"
        f"{f', {len(compiled.report.layers)} layers each' if layers else ''}"
    )
