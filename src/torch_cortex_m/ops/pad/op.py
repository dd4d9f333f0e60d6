"""pad: a border of one value around a tensor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from ...ir import TensorType
from ..base import Kernel, Op, TensorArgument, for_dtype
from ..integers.bounds import Array
from ..interfaces import Border, Constants, Reach, Types
from ..rules.checks import check_max_rank
from ..rules.permutation import long_axes, permuted
from ..rules.strides import loop_constants, row_major_strides
from ..rules.window import check_offset
from .kernels_cmsis_nn import CMSIS_NN_KERNELS
from .kernels_portable import PORTABLE_KERNELS


@dataclass(frozen=True)
class Pad(Op):
    """Surrounds a tensor with ``value``.

    Tensors: input int8 or int16, rank 6 at most. Output: the same type, dimension i larger by
    ``padding[2 * i]`` elements before and ``padding[2 * i + 1]`` after the input's.
    ``value`` is the quantized value: the zero point, where the model pads with zeros.
    Source: numpy.pad with mode "constant".
    """

    name: ClassVar[str] = "pad"
    tensors: ClassVar[tuple[TensorArgument, ...]] = (TensorArgument("input", ("int8", "int16")),)
    quantization_data: ClassVar[frozenset[str]] = frozenset({"value"})
    only_moves: ClassVar[bool] = True

    padding: tuple[int, ...]
    value: int = 0

    def __post_init__(self) -> None:
        non_negative = all(count >= 0 for count in self.padding)
        self.expect(non_negative, "padding", "non-negative values", self.padding)

    @property
    def before(self) -> tuple[int, ...]:
        return self.padding[::2]

    @property
    def after(self) -> tuple[int, ...]:
        return self.padding[1::2]

    def output_shape(self, types: Mapping[str, TensorType]) -> tuple[int, ...]:
        check_max_rank(self, types, "input")
        check_offset(self, "value", self.value, *types["input"].limits)
        shape = types["input"].shape
        self.expect(
            len(self.padding) == 2 * len(shape),
            "padding",
            f"before and after for each of {len(shape)} dimensions: {2 * len(shape)} values",
            self.padding,
        )
        return tuple(sum(sizes) for sizes in zip(self.before, shape, self.after, strict=True))

    def constants(self, types: Mapping[str, TensorType]) -> dict[str, int | float]:
        output = types["input"].with_shape(self.output_shape(types))
        strides = row_major_strides(output.shape)
        start = sum(count * step for count, step in zip(self.before, strides, strict=True))
        return (
            super().constants(types)
            | loop_constants(types["input"].shape, {"output": strides})
            | {"output_elements": output.elements, "output_start": start}
        )

    def border(self) -> Border | None:
        return Border(tuple(zip(self.before, self.after, strict=True)), self.value)

    def follows_layout(self, types: Types, output: TensorType) -> bool:
        """Where it pads no axis of size 1."""
        return long_axes(types["input"].shape) == long_axes(output.shape)

    def in_layout(self, permutation: tuple[int, ...], output_shape: tuple[int, ...]) -> Any:
        widths = permuted(list(zip(self.before, self.after, strict=True)), permutation)
        return replace(self, padding=sum(widths, ()))

    def reach(self, types: Types, constants: Constants, argument: str, axis: int) -> Reach | None:
        return Reach(axis, -self.before[axis])

    def border_value(self, types: Types, argument: str) -> int | None:
        return self.value

    def with_positions(
        self, types: Types, constants: Constants, axis: int, count: int
    ) -> tuple[Any, dict[str, Array]]:
        inside = (*self.padding[: 2 * axis], 0, 0, *self.padding[2 * axis + 2 :])
        return replace(self, padding=inside), {}


OP = Pad
KERNELS = [
    *for_dtype("int8", [Kernel("pad_s8__ref"), *PORTABLE_KERNELS, *CMSIS_NN_KERNELS]),
    Kernel("pad_s16__ref", dtypes=("int16",)),
]
