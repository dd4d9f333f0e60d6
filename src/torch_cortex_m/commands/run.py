"""tcm run."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..model.load import load
from .arrays import different, read_inputs, write_arrays


def run_folder(folder: Path, inputs: Path, on: str, raw: bool, out: Path | None) -> None:
    """Runs a compiled folder and prints or writes the outputs; raises TcmError."""
    compiled = load(folder)
    outputs = compiled.run_arrays(read_inputs(inputs, compiled.graph), on=on, raw=raw)
    names = [port.value for port in compiled.graph.outputs]
    if out is not None:
        unique = different(names)
        write_arrays(out, unique, outputs)
        print(
            f"{out}: " + ", ".join(f"{n} {a.shape}" for n, a in zip(unique, outputs, strict=True))
        )
        return
    for name, array in zip(names, outputs, strict=True):
        print(f"{name}: {array.dtype}{list(array.shape)}")
        print(np.array2string(array, threshold=200, precision=6))
