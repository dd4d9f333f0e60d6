"""The table from which TensorFlow Lite interpolates sigmoid and tanh of int16."""

from __future__ import annotations

import numpy as np

RAISED = (4, 8, 12, 14, 15, 16, 17, 19, 20, 21, 22, 25, 27, 28, 29, 30, 31, 33, 34, 35, 37, 39, 40,
          41, 43, 44, 45, 46, 49, 50, 54, 62, 63, 64, 66, 82, 86, 93, 100, 103, 112, 116, 135,
          255)  # fmt: skip
"""Places where the published table is one above the rounded function. Source: TensorFlow Lite's
sigmoid_table_uint16; chords of the function lie below it."""


def _table() -> np.ndarray:
    rounded = np.floor((1 << 16) / (1 + np.exp(-np.arange(256) / 24)) + 0.5)
    rounded[list(RAISED)] += 1
    return (rounded - (1 << 15)).astype(np.int16)


SIGMOID_TABLE = _table()
"""int16 [256]: sigmoid(i / 24) - 1/2 in Q0.16, which is tanh(i / 48) in Q0.15."""
