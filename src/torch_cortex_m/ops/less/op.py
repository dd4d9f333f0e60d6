"""less: whether input is less than other, with broadcasting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..base import Kernel
from ..rules.broadcasting import operands_not_broadcast
from ..rules.comparisons import ComparisonOp
from ..rules.operand_tables import rank_kernels


@dataclass(frozen=True, kw_only=True)
class Less(ComparisonOp):
    """Whether input is less than other; fields are those of ComparisonOp."""

    name: ClassVar[str] = "less"


OP = Less
KERNELS = [Kernel("less_s8__ref", in_place=operands_not_broadcast), *rank_kernels("less")]
