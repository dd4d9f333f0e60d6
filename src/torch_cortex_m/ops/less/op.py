"""less: whether input is less than other, with broadcasting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..rules.comparisons import ComparisonOp
from ..rules.operand_tables import comparison_kernels


@dataclass(frozen=True, kw_only=True)
class Less(ComparisonOp):
    """Whether input is less than other; fields are those of ComparisonOp."""

    name: ClassVar[str] = "less"


OP = Less
KERNELS = comparison_kernels("less")
