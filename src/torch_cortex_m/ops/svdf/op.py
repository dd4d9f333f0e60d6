"""svdf: a fully connected layer over time, factored into features and filters, with a state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ...ir import INT8, TensorType
from ..base import Kernel, Op, TensorArgument
from ..rules.checks import check_multiplier
from ..rules.window import check_offset, check_per_channel, check_rank
from .kernels_cmsis_nn import CMSIS_NN_KERNELS
from .kernels_dsp import DSP_KERNELS
from .kernels_mve import MVE_KERNELS
from .kernels_scalar import SCALAR_KERNELS
from .packing import is_wide

STATE_DTYPES = ("int8", "int16")


@dataclass(frozen=True, kw_only=True)
class Svdf(Op):
    """One step of a singular value decomposition filter: a feature of the input for each filter,
    then for each unit the weighted sum of the last M features of its ``rank`` filters.

    Tensors: input [B, I] int8; state [B, F * M] int8 or int16, the last M features of each filter,
    the oldest first; feature_weight [F, I] int8; time_weight [F, M] of the state's type; bias
    [F / rank] int32, optional.
    Outputs: output [B, F / rank] int8 and new_state, the state without the oldest features and with
    the newest.

    ``input_offset`` is -input zero point. ``feature_multiplier`` and ``feature_shift`` take a
    feature's sum to the state's scale; it saturates to the state's type before
    ``state_zero_point`` is added, modulo the type. ``output_multiplier`` and ``output_shift`` take
    a unit's sum, modulo 2^32, to the output's scale, whose zero point is ``output_offset``.
    Source: TensorFlow Lite's 8-bit SVDF; a fused activation counts as none there.
    """

    name: ClassVar[str] = "svdf"
    tensors: ClassVar[tuple[TensorArgument, ...]] = (
        TensorArgument("input"),
        TensorArgument("state", STATE_DTYPES),
        TensorArgument("feature_weight"),
        TensorArgument("time_weight", STATE_DTYPES),
        TensorArgument("bias", ("int32",), optional=True),
    )
    outputs: ClassVar[tuple[str, ...]] = ("output", "new_state")
    quantization_data: ClassVar[frozenset[str]] = frozenset(
        {
            "bias",
            "input_offset",
            "feature_multiplier",
            "feature_shift",
            "state_zero_point",
            "output_multiplier",
            "output_shift",
            "output_offset",
        }
    )

    rank: int = 1
    input_offset: int = 0
    feature_multiplier: int
    feature_shift: int
    state_zero_point: int = 0
    output_multiplier: int
    output_shift: int
    output_offset: int = 0

    def __post_init__(self) -> None:
        self.expect(self.rank >= 1, "rank", "at least 1", self.rank)
        check_offset(self, "input_offset", self.input_offset, *INT8.negated())
        check_offset(self, "state_zero_point", self.state_zero_point, *INT8)
        check_offset(self, "output_offset", self.output_offset, *INT8)
        check_multiplier(self, "feature_", self.feature_multiplier, self.feature_shift)
        check_multiplier(self, "output_", self.output_multiplier, self.output_shift)

    def output_types(self, types: Mapping[str, TensorType]) -> tuple[TensorType, ...]:
        for name in ("input", "state", "feature_weight", "time_weight"):
            check_rank(self, types, name, 2)
        batches, features = types["input"].shape
        filters, memory = types["time_weight"].shape
        self.expect(filters % self.rank == 0, "rank", f"a divisor of {filters}", self.rank)
        self._check_shape(types, "feature_weight", (filters, features))
        self._check_shape(types, "state", (batches, filters * memory))
        dtype = types["state"].dtype
        found = types["time_weight"].dtype
        self.expect(found == dtype, "time_weight", f"{dtype}, as the state", found)
        check_per_channel(self, types, ("bias",), filters // self.rank)
        return TensorType((batches, filters // self.rank)), TensorType(types["state"].shape, dtype)

    def _check_shape(
        self, types: Mapping[str, TensorType], name: str, shape: tuple[int, ...]
    ) -> None:
        self.expect(types[name].shape == shape, name, shape, types[name].shape)

    def constants(self, types: Mapping[str, TensorType]) -> dict[str, int | float]:
        batches, features = types["input"].shape
        filters, memory = types["time_weight"].shape
        return super().constants(types) | {
            "batches": batches,
            "input_features": features,
            "units": filters // self.rank,
            "memory": memory,
        }

    def macs(self, types: Mapping[str, TensorType]) -> int:
        weights = types["feature_weight"].elements + types["time_weight"].elements
        return types["input"].shape[0] * weights


OP = Svdf
KERNELS = [
    Kernel("svdf_s8__ref", applies=lambda layer: not is_wide(layer)),
    Kernel("svdf_s8_s16__ref", applies=is_wide),
    *SCALAR_KERNELS,
    *DSP_KERNELS,
    *MVE_KERNELS,
    *CMSIS_NN_KERNELS,
]
