"""Arrays on the command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from ..errors import TcmError
from ..ir import Graph
from ..model.npz import load_arrays, npz_bytes
from ..staging import write_file
from ..text import unreadable


def read_arrays(path: Path) -> dict[str, np.ndarray]:
    """The arrays of an .npz by name, or the one of an .npy, which has none, in the file's order.

    Raises TcmError if it is missing or is not one.
    """
    try:
        return load_arrays(path)
    except Exception as error:  # a damaged archive raises what zipfile, zlib or NumPy raise
        raise TcmError(
            "cannot read the arrays",
            where=str(path),
            expected="an .npz file with one array an input",
            got=unreadable(error),
            hint='write it with numpy.savez("inputs.npz", x=x), from arrays of numbers',
        ) from None


def for_inputs(
    arrays: Mapping[str, np.ndarray], names: Sequence[str], path: Path
) -> list[np.ndarray]:
    """One array for each input: by name where the arrays are named as the inputs, in the file's
    order where none of them is. Raises TcmError where only some are."""
    if set(arrays) == set(names):
        return [arrays[name] for name in names]
    if set(arrays).isdisjoint(names):
        return list(arrays.values())
    raise TcmError(
        "only some of the arrays are named as the model's inputs",
        where=str(path),
        expected=f"{', '.join(names)}, in any order; or other names in the order of these",
        got=", ".join(arrays),
        hint="name every array after its input, and leave out what is none",
    )


def read_inputs(path: Path | None, graph: Graph) -> list[np.ndarray]:
    """One array a graph input; none without a file."""
    if path is None:
        return []
    return for_inputs(read_arrays(path), [port.value for port in graph.inputs], path)


def different(names: Sequence[str]) -> list[str]:
    """The names; those that are there several times with their places, apart from all others."""
    result = list(names)
    for place, name in enumerate(names):
        if names.count(name) > 1:
            result[place] = f"{name}_{place}"
            while result[place] in names:
                result[place] += "_"
    return result


def write_arrays(path: Path, names: Sequence[str], arrays: Sequence[np.ndarray]) -> None:
    """Writes an .npz whole or not at all. Raises TcmError if it cannot be written."""
    try:
        write_file(path, npz_bytes(names, arrays))
    except OSError as error:
        raise TcmError(
            "cannot write the outputs",
            where=str(path),
            got=error.strerror or str(error),
            hint="choose a file that you may write to, in a folder that you may write to",
        ) from None
