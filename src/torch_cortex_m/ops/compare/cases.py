"""What compare must tell, everywhere."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...ir import DTYPES as TYPES
from ..base import Case
from ..rules.broadcast_cases import SHAPES, Shape
from ..rules.broadcasting import OPERANDS
from ..rules.case_data import generator
from .op import DTYPES, Compare


def case(name: str, dtype: str, shapes: tuple[Shape, Shape], **fields: Any) -> Case:
    """Few different values, so that many are equal."""
    rng = generator(f"compare {name}")
    data = (np.asarray(rng.integers(-2, 3, shape)) for shape in shapes)
    tensors = {n: each.astype(TYPES[dtype].storage) for n, each in zip(OPERANDS, data, strict=True)}
    return Case(name, Compare(**fields), tensors, OPERANDS)


def ends(dtype: str, **fields: Any) -> Case:
    """Every pair of the ends, and of what lies around 0 and around 2^32."""
    low, high = np.iinfo(dtype).min, np.iinfo(dtype).max
    wide = (1 << 32, (1 << 32) + 1) if dtype == "int64" else ()
    values = np.array([low, low + 1, -1, 0, 1, high - 1, high, *wide], dtype)
    name = f"{dtype}_ends{'_less' if fields.get('less') else ''}"
    return Case(name, Compare(**fields), {"input": values[:, None], "other": values}, OPERANDS)


CASES = [
    *(case(name, "int32", shapes) for name, shapes in SHAPES.items()),
    *(
        case(f"{dtype}_{less}_{negated}", dtype, ((3, 40), (3, 40)), less=less, negated=negated)
        for dtype in DTYPES
        for less in (False, True)
        for negated in (False, True)
    ),
    *(ends(dtype, less=less) for dtype in ("int32", "int64") for less in (False, True)),
]
