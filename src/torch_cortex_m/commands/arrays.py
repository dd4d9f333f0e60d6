"""Arrays on the command line."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ..errors import TcmError
from ..ir import Graph


def read_arrays(path: Path) -> list[np.ndarray]:
    """The arrays of an .npz (or the one of an .npy) in the file's order.

    Raises TcmError if it is missing or is not one.
    """
    try:
        loaded = np.load(path, allow_pickle=False)
        if isinstance(loaded, np.ndarray):
            return [loaded]
        with loaded:
            return [loaded[name] for name in loaded.files]
    except Exception as error:  # a damaged archive raises what zipfile, zlib or NumPy raise
        raise TcmError(
            "cannot read the arrays",
            where=str(path),
            expected="an .npz file with one array an input",
            got=f"{type(error).__name__}: {error}",
        ) from None


def read_inputs(path: Path | None, graph: Graph) -> list[np.ndarray]:
    """One array a graph input; arrays named as the inputs are taken by name, others in order."""
    if path is None:
        return []
    names = [port.value for port in graph.inputs]
    try:
        with np.load(path, allow_pickle=False) as archive:
            if set(archive.files) == set(names):
                return [archive[name] for name in names]
    except Exception:  # read_arrays says what is wrong
        pass
    return read_arrays(path)


def write_arrays(path: Path, names: Sequence[str], arrays: Sequence[np.ndarray]) -> None:
    """Writes an .npz. Raises TcmError if it cannot be written."""
    try:
        # Not numpy.savez: an output may be called as one of its parameters.
        with zipfile.ZipFile(path, "w") as archive:
            for name, array in zip(names, arrays, strict=True):
                with archive.open(f"{name}.npy", "w", force_zip64=True) as file:
                    np.lib.format.write_array(file, array, allow_pickle=False)
    except OSError as error:
        raise TcmError("cannot write the outputs", where=str(path), got=error.strerror) from None
