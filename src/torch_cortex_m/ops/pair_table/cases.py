"""The look-ups that pair_table must do, everywhere."""

from __future__ import annotations

from dataclasses import replace

from ..base import Case
from ..integers.tables import VALUES
from ..rules.broadcast_cases import every_pair, every_shape
from ..rules.case_data import generator, random_int8
from .op import PairTable


def of(case: Case, rows: int = 256, columns: int = 256) -> Case:
    """The case with a table of so many rows and columns, each of which belongs to some values."""
    rng = generator(f"pair_table {rows} {columns}")
    places = {
        name: rng.permutation(VALUES % count).astype("uint8")
        for name, count in (("rows", rows), ("columns", columns))
    }
    table = random_int8(rng, (rows, columns))
    return replace(case, tensors={**case.tensors, "table": table, **places})


CASES = [
    *(of(case, 19, 23) for case in every_shape(PairTable())),
    of(every_pair("every_pair", PairTable())),
    of(every_pair("few_rows", PairTable()), 3),
    of(every_pair("few_columns", PairTable()), 256, 2),
    of(every_pair("few_of_both", PairTable()), 5, 7),
    of(every_pair("one_result", PairTable()), 1, 1),
]
