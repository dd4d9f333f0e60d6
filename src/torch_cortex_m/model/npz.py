"""Arrays in NumPy's files, which may come from anywhere: nothing in them is executed."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile, ZipInfo

import numpy as np

_ARCHIVE, _ARRAY = b"PK", b"\x93NUMPY"
_UNIX = 3


def npz_bytes(names: Sequence[str], arrays: Sequence[np.ndarray]) -> bytes:
    """An .npz as numpy.savez writes it, but that any name will do and that its bytes depend on
    these alone: numpy's depend on the version of Python and the system."""
    data = BytesIO()
    with ZipFile(data, "w") as archive:
        for name, array in zip(names, arrays, strict=True):
            content = BytesIO()
            np.lib.format.write_array(content, array, allow_pickle=False)
            entry = ZipInfo(f"{name}.npy")
            entry.create_system = _UNIX
            archive.writestr(entry, content.getvalue())
    return data.getvalue()


def load_arrays(path: Path) -> dict[str, np.ndarray]:
    """The arrays of an .npz by name, or the one of an .npy, which has none, in the file's order.

    Raises OSError if there is no such file, ValueError if it is neither or has other things than
    arrays of numbers, and of a damaged archive what zipfile, zlib or NumPy raise.
    """
    with path.open("rb") as file:
        # NumPy takes what is neither for a pickle.
        if not file.read(len(_ARRAY)).startswith((_ARCHIVE, _ARRAY)):
            raise ValueError("neither an .npz (zip) nor an .npy file")
    try:
        arrays = _load(path)
    except ValueError as error:
        if "allow_pickle" in str(error):
            raise ValueError("Python objects (pickle) instead of numbers") from None
        raise
    for name, array in arrays.items():
        if not isinstance(array, np.ndarray):
            raise ValueError(f"'{name}' in the archive is no array")
    return arrays


def _load(path: Path) -> dict[str, np.ndarray]:
    loaded = np.load(path, allow_pickle=False)
    if isinstance(loaded, np.ndarray):
        return {"": loaded}
    with loaded:
        return {name: loaded[name] for name in loaded.files}
