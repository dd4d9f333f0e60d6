"""equal: whether input equals other, with broadcasting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..base import Kernel
from ..rules.broadcasting import operands_not_broadcast
from ..rules.comparisons import ComparisonOp
from ..rules.operand_tables import rank_kernels


@dataclass(frozen=True, kw_only=True)
class Equal(ComparisonOp):
    """Whether input equals other; fields are those of ComparisonOp."""

    name: ClassVar[str] = "equal"


OP = Equal
KERNELS = [Kernel("equal_s8__ref", in_place=operands_not_broadcast), *rank_kernels("equal")]
