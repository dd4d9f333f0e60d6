"""The exact reference of pair_table on torch tensors."""

from __future__ import annotations

import torch
from torch import Tensor

from .op import PairTable


def reference(
    op: PairTable, input: Tensor, other: Tensor, table: Tensor, rows: Tensor, columns: Tensor
) -> Tensor:
    """Two int8 tensors that broadcast together -> int8 of the broadcast shape; see PairTable."""
    row, column = torch.take(rows, _places(input)), torch.take(columns, _places(other))
    return torch.take(table, row.to(torch.int64) * table.shape[1] + column.to(torch.int64))


def _places(values: Tensor) -> Tensor:
    return values.to(torch.int64) + 128
