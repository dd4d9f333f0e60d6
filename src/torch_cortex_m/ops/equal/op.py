"""equal: whether input equals other, with broadcasting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..rules.comparisons import ComparisonOp
from ..rules.operand_tables import comparison_kernels


@dataclass(frozen=True, kw_only=True)
class Equal(ComparisonOp):
    """Whether input equals other; fields are those of ComparisonOp."""

    name: ClassVar[str] = "equal"


OP = Equal
KERNELS = comparison_kernels("equal")
