"""What passes ask of an operator. An operator that declares nothing is left alone.

Passes know no operator by its class: they ask these questions, and every default answers "nothing
is known". An answer is a promise that a rewrite built on it is exact, bit for bit. Operators answer
from their fields, and from what they are told of their arguments:

    types       argument name -> type; an optional argument that is left out is missing
    constants   argument name -> data, of the arguments whose data is known
    channels    elements of the last dimension (a tensor of rank 0 has one)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, ClassVar

import numpy as np

from ..ir import Quantization, TensorType
from .integers.bounds import Array, Bounds

Types = Mapping[str, TensorType]
Constants = Mapping[str, Array]


@dataclass(frozen=True)
class ChannelFlow:
    """Which channels of the arguments the channels of the output depend on.

    tied: argument -> int [channels of the output], the channel of the argument that this channel
        of the output depends on; what depends on a channel that stays must stay, too.
    mixed: argument -> bool [channels of the output, of the argument], which of them it depends on;
        channels stay or go one by one.
    Of other arguments all channels stay, unless ``Interfaces.keep_channels`` changes a constant.
    """

    tied: Mapping[str, Array] = field(default_factory=dict[str, Array])
    mixed: Mapping[str, Array] = field(default_factory=dict[str, Array])


@dataclass(frozen=True)
class Border:
    """A border of one value: (before, after) elements on each axis, and the quantized value."""

    widths: tuple[tuple[int, int], ...]
    value: int


@dataclass(frozen=True)
class Reach:
    """Which positions along an axis of an argument those along an axis of the output depend on.

    Position p along ``axis`` of the output depends on the positions ``first`` + ``stride`` *
    floor(p / ``period``) + ``dilation`` * i for i below ``kernel``, in the same way for all p that
    are whole periods apart. Those that the argument does not have are padding.
    """

    axis: int
    first: int = 0
    stride: int = 1
    kernel: int = 1
    dilation: int = 1
    period: int = 1

    @property
    def span(self) -> int:
        """From the first to the last position that one of the output depends on."""
        return self.dilation * (self.kernel - 1) + 1

    def read(self, positions: range) -> range:
        """From the first to the last position that these of the output depend on."""
        start, last = positions.start // self.period, (positions.stop - 1) // self.period
        return range(self.first + self.stride * start, self.first + self.stride * last + self.span)


@dataclass(frozen=True)
class Piece:
    """Some positions of an output: ``operator`` computes them from those positions of the only
    argument that are in ``read``, along the same axis."""

    operator: Any
    read: range


@dataclass(frozen=True)
class Sums:
    """An operator as a function of sums.

    The elements of its only argument, in their order, are [outer, count, inner] of ``shape``. Of
    each, plus ``offset``, int32 sums over ``count`` are taken; the elementwise ``operator`` with
    ``fields`` makes of them the elements of the output, in their order.
    """

    shape: tuple[int, int, int]
    offset: int
    operator: str
    fields: Mapping[str, int]


class Interfaces:
    """The questions, with their conservative answers; ``ops.base.Op`` inherits them.

    ``reshapes``: the output is all bytes of the only argument under another shape, so that it needs
    no kernel and no memory. ``elementwise``: every output element is the same function of the input
    elements at its own place (after broadcasting), wherever the place is. ``aligned``: the axes of
    each argument are those of the output, or those that it has at the end, as in broadcasting; all
    elementwise operators are. ``only_moves``: every output element is an element of an argument, or
    one value.
    """

    reshapes: ClassVar[bool] = False
    elementwise: ClassVar[bool] = False
    aligned: ClassVar[bool] = False
    only_moves: ClassVar[bool] = False

    # What values can be.

    def bounds(
        self, types: Types, constants: Constants, given: Mapping[str, Bounds]
    ) -> Bounds | None:
        """Bounds of each channel of the output, where the int8 arguments in ``given`` are within
        theirs; None: no more is known than the type says."""
        return None

    def element_table(self, types: Types, constants: Constants) -> tuple[str, Array] | None:
        """(argument, int8 [256]): the outputs for the elements -128 to 127 of this argument, if
        each output element is a function of the one at its place, and looking it up is no slower
        than computing it. int8 in and out, of one shape."""
        return None

    # Channels.

    def channel_flow(self, types: Types, constants: Constants) -> ChannelFlow | None:
        """None: all channels of all arguments and of the output are needed.

        An elementwise operator ties the channels of what has the shape of its output.
        """
        shapes = {type_.shape for type_ in types.values()}
        if not self.elementwise or len(shapes) != 1:
            return None
        channels = np.arange((1, *shapes.pop())[-1])
        return ChannelFlow(tied=dict.fromkeys(types, channels))

    def keep_channels(
        self, constants: Constants, kept: Mapping[str, Array]
    ) -> tuple[Any, dict[str, Array]]:
        """The operator and its constants when only some channels are left.

        kept: bool [channels] for ``output`` and for each argument in ``channel_flow``, which is
        not None. The default takes channels away from the constants among these arguments.
        """
        data = {name: d for name, d in constants.items() if name in kept and d.ndim}
        return self, {name: d[..., kept[name]] for name, d in data.items()}

    def fold_constant_channels(
        self, types: Types, constants: Constants, given: Mapping[str, Bounds]
    ) -> dict[str, Array] | None:
        """Constants with which the operator gives the same without reading channels that are
        constant by their bounds in ``given``: argument -> new data, of those that change. An
        optional argument may appear. None: there is nothing to fold."""
        return None

    # Clamps.

    def clamp_range(self) -> tuple[int, int] | None:
        """(low, high), if all that the operator does is to clamp its first argument to them."""
        return None

    def clamped(self, low: int, high: int) -> Any | None:
        """The operator with a clamp of its output to [low, high]; None: it has no place for it.

        The default knows operators whose result is clamped to fields ``activation_min`` and
        ``activation_max``. Clamping to [a, b] and then by f is clamping to [f(a), f(b)], because f
        keeps order; where the ranges do not meet, both are the one value that f gives.
        """
        record: Any = self
        ends = ("activation_min", "activation_max")
        if not set(ends) <= {each.name for each in fields(record)}:
            return None
        return replace(record, **{end: min(max(getattr(self, end), low), high) for end in ends})

    # Data movement.

    def moved_axes(self) -> tuple[int, ...] | None:
        """The permutation, if the operator is numpy.transpose of its only argument."""
        return None

    def taken_indices(self, types: Types, constants: Constants) -> tuple[Array, ...] | None:
        """For each axis the indices of the first argument that the output has, in its order, if
        that is all that the operator does."""
        return None

    def border(self) -> Border | None:
        """The border, if the operator is numpy.pad of its only argument with one value."""
        return None

    def absorb_border(self, types: Types, border: Border) -> Any | None:
        """The operator that gives for ``x`` what this one gives for ``x`` in this border as its
        first argument; None: there is none. Shapes need not fit: the caller infers them."""
        return None

    def without_unread_taps(
        self, types: Types, constants: Constants
    ) -> tuple[Any, dict[str, Array]] | None:
        """The operator and its changed constants without weights that meet nothing but padding,
        wherever a window is; None: there are none."""
        return None

    # Positions along an axis, such as frames in time.

    def reach(self, types: Types, constants: Constants, argument: str, axis: int) -> Reach | None:
        """How the output goes along with this axis of an argument, which is longer than 1; None:
        an output depends on all of it, or on more than ``Reach`` can say. Where that is so of the
        first and the last positions only, ``alike`` has the others.

        Constants may differ along the axis only where the operator is elementwise or aligned. An
        elementwise operator takes every position to its own place.
        """
        return self.aligned_reach(types, argument, axis) if self.elementwise else None

    def aligned_reach(self, types: Types, argument: str, axis: int) -> Reach:
        """That of an operator whose arguments have the output's axes at their ends."""
        rank = max(len(type_.shape) for type_ in types.values())
        return Reach(axis + rank - len(types[argument].shape))

    def with_positions(
        self, types: Types, constants: Constants, axis: int, count: int
    ) -> tuple[Any, dict[str, Array]]:
        """The operator, and its changed constants, for ``count`` positions along this axis of the
        output from a whole period on, whose arguments have only the positions that these depend on,
        none of which is padding."""
        return self, {}

    def longer(self, axis: int, count: int) -> Any | None:
        """The operator for the same arguments that has ``count`` positions along this axis of the
        output, more than before, of which the first are this one's; None: there is none."""
        return None

    def piece(self, types: Types, axis: int, positions: range) -> Piece | None:
        """These positions along an axis of the output, where the operator has one argument; None:
        it is not known how to compute them alone."""
        return None

    def alike(self, types: Types, axis: int) -> range | None:
        """The positions along an axis of the output between the first and the last ones that are
        not as these are, so that ``reach`` speaks of ``piece`` with these, though not of all; None:
        it speaks of all, or there are none."""
        return None

    def border_value(self, types: Types, argument: str) -> int | None:
        """What elements around an argument have to be, so that they stand for the padding that
        ``reach`` speaks of; None: nothing does."""
        return None

    def folds(self, types: Types, argument: str, axis: int) -> str | None:
        """An argument of the output's type that the output is made of by adding the positions along
        this axis of another one: computing with some of them, and then with the others and with
        the output in place of that argument, gives the same. None: there is none."""
        return None

    def reduces(self, types: Types, argument: str, axis: int) -> bool:
        """Whether this axis of an argument is gone in the output, which depends on all of it."""
        return False

    def sums(self, types: Types) -> Sums | None:
        """The operator as a function of sums over all of its argument, if it is one."""
        return None

    # Layout.

    def follows_layout(self, types: Types, output: TensorType) -> bool:
        """Whether the operator works alike in any order of its output's axes.

        Either it is elementwise or aligned; or it has one argument, whose axes longer than 1 are
        the output's. ``in_layout`` gives the operator for another order.
        """
        return self.aligned or self.elementwise

    def in_layout(self, permutation: tuple[int, ...], output_shape: tuple[int, ...]) -> Any:
        """The operator, which follows the layout, where its output is ``permutation`` of what it
        was and of ``output_shape``; axes of size 1 stay in place."""
        return self

    def feature_weights(self) -> str | None:
        """An argument whose last axis belongs to the last axis of the first argument: the same
        permutation of both leaves the output as it is."""
        return None

    # Floats.

    def quantizes(self) -> tuple[Quantization, bool] | None:
        """(quantization, whether ties round away from zero; see ``ir.Port``), if all that the
        operator does is to quantize float32."""
        return None

    def dequantizes(self) -> Quantization | None:
        """The quantization, if all that the operator does is to dequantize to float32."""
        return None
