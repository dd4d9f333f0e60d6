"""Arrays from NumPy's files, which may come from anywhere: nothing in them is executed."""

from __future__ import annotations

from pathlib import Path

import numpy as np

_ARCHIVE, _ARRAY = b"PK", b"\x93NUMPY"


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
