"""Fields and checks of operators that compute with quantized integers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ...ir import INT8, Limits, TensorType
from ..base import Op
from .checks import check_multiplier
from .window import check_activation, check_offset


@dataclass(frozen=True, kw_only=True)
class QuantizedOp(Op):
    """``input_offset`` (= -input zero point) is added to every input, ``output_offset`` (= output
    zero point) to every result, which is then clamped to the activation range.

    ``widest``: the limits of the widest type that an activation may have.
    """

    widest: ClassVar[Limits] = INT8

    quantization_data: ClassVar[frozenset[str]] = frozenset(
        {"input_offset", "output_offset", "activation_min", "activation_max"}
    )

    input_offset: int = 0
    output_offset: int = 0
    activation_min: int = INT8.low
    activation_max: int = INT8.high

    def __post_init__(self) -> None:
        if self.widest == INT8:
            self._check_limits(INT8)

    def output_types(self, types: Mapping[str, TensorType]) -> tuple[TensorType, ...]:
        outputs = super().output_types(types)
        if self.widest != INT8:
            self._check_limits(outputs[0].limits)
        return outputs

    def _check_limits(self, limits: Limits) -> None:
        """Zero points and activation range are of the activations' type, which is known from the
        tensors where there are several."""
        check_activation(self, self.activation_min, self.activation_max, limits)
        check_offset(self, "input_offset", self.input_offset, *limits.negated())
        check_offset(self, "output_offset", self.output_offset, *limits)


@dataclass(frozen=True, kw_only=True)
class RequantizedOp(QuantizedOp):
    """``multiplier`` and ``shift`` take the exact result to the output's scale, before
    ``output_offset`` is added."""

    quantization_data: ClassVar[frozenset[str]] = QuantizedOp.quantization_data | {
        "multiplier",
        "shift",
    }

    multiplier: int
    shift: int

    def __post_init__(self) -> None:
        super().__post_init__()
        check_multiplier(self, "", self.multiplier, self.shift)


@dataclass(frozen=True, kw_only=True)
class TwoFactorsOp(RequantizedOp):
    """``other_offset`` (= -other zero point) is added to every element of ``other``."""

    quantization_data: ClassVar[frozenset[str]] = RequantizedOp.quantization_data | {"other_offset"}

    other_offset: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        check_offset(self, "other_offset", self.other_offset, *self.widest.negated())
