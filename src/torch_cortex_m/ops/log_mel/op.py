"""log_mel: logarithms of the energies in frequency bands, frame by frame, of int16 samples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ...ir import INT8, TensorType
from ..base import Kernel, Layer, Op, TensorArgument
from ..interfaces import Constants, Reach, Types
from ..rules.checks import check_multiplier
from ..rules.window import check_offset, check_rank
from .tables import LOG_TABLE, packed_bands, twiddles

LEAST_BITS, MOST_BITS = 4, 10
"""Transforms of 16 to 1024 samples."""

HEADROOM = 14
"""Bits that a windowed sample and the transform's size share, so that sums stay within 2^30."""

LARGEST_FILTER = 1 << 12
"""With it the energy of any samples is 2^62 at most."""

LARGEST_FLOOR = 1 << 61


@dataclass(frozen=True, kw_only=True)
class LogMel(Op):
    """round(log(energies) in the output's scale) of frames of samples, ``hop`` apart.

    Tensors: input [B, N] int16, samples; window [L] int16, Q0.15, L at most N; filters [M, F/2 + 1]
    int16 in [0, 4096], the share that each frequency of a transform of F samples has in each band;
    F a power of two from 16 to 1024, at least L. Output: [B, T, M] int8, T = (N - L) / hop + 1.

    A frame's samples times the window, rounded to 14 - log2(F) fractional bits, fill F places with
    zeros behind them. Their Fourier transform is taken in int32 with factors of 30 fractional bits,
    each product rounded, ties up; twice its values, squared and added, divided by 2^10 and rounded,
    are its power. An energy is a band's sum of filter times power, exact, plus ``floor``. log2 of
    it, in 16 fractional bits, is interpolated between 65 places; ``log_offset`` is added, then
    ``multiplier`` and ``shift`` requantize it, ``output_offset`` is added and the result saturated.
    Source: docs/audio.md.
    """

    name: ClassVar[str] = "log_mel"
    tensors: ClassVar[tuple[TensorArgument, ...]] = (
        TensorArgument("input", ("int16",)),
        TensorArgument("window", ("int16",)),
        TensorArgument("filters", ("int16",)),
    )
    quantization_data: ClassVar[frozenset[str]] = frozenset(
        {"floor", "log_offset", "multiplier", "shift", "output_offset"}
    )

    hop: int
    floor: int = 1
    log_offset: int = 0
    multiplier: int
    shift: int
    output_offset: int = 0

    def __post_init__(self) -> None:
        check_offset(self, "hop", self.hop, 1, (1 << 31) - 1)
        check_offset(self, "floor", self.floor, 1, LARGEST_FLOOR)
        check_offset(self, "log_offset", self.log_offset, -(1 << 24), 1 << 24)
        check_multiplier(self, "", self.multiplier, self.shift)
        check_offset(self, "output_offset", self.output_offset, *INT8)

    def output_types(self, types: Mapping[str, TensorType]) -> tuple[TensorType, ...]:
        for name, rank in {"input": 2, "window": 1, "filters": 2}.items():
            check_rank(self, types, name, rank)
        batches, samples = types["input"].shape
        (length,) = types["window"].shape
        bands, frequencies = types["filters"].shape
        sizes = [1 << bits for bits in range(LEAST_BITS, MOST_BITS + 1)]
        fits = 2 * (frequencies - 1) in sizes
        expected = f"1 + half of a power of two from {sizes[0]} to {sizes[-1]} frequencies"
        self.expect(fits, "filters", expected, frequencies)
        longest = min(samples, 2 * (frequencies - 1))
        self.expect(length <= longest, "window", f"at most {longest} samples", length)
        frames = (samples - length) // self.hop + 1
        return (TensorType((batches, frames, bands)),)

    def constants(self, types: Mapping[str, TensorType]) -> dict[str, int | float]:
        (output,) = self.output_types(types)
        batches, frames, bands = output.shape
        return super().constants(types) | {
            "batches": batches,
            "samples": types["input"].shape[1],
            "frames": frames,
            "bands": bands,
            "length": types["window"].shape[0],
            "size": 2 * (types["filters"].shape[1] - 1),
        }

    def macs(self, types: Mapping[str, TensorType]) -> int:
        """Products of samples and window, and of the transform; those with filters depend on how
        many of these are 0."""
        (output,) = self.output_types(types)
        half = types["filters"].shape[1] - 1
        products = types["window"].elements + 2 * half * (half.bit_length() + 2)
        return output.shape[0] * output.shape[1] * products

    def reach(self, types: Types, constants: Constants, argument: str, axis: int) -> Reach | None:
        if argument != "input":
            return None
        if axis == 0:
            return Reach(0)
        return Reach(1, stride=self.hop, kernel=types["window"].shape[0])


def _is_within_bounds(layer: Layer) -> bool:
    """Whether filters are known, and in the range in which energies do not overflow."""
    filters = layer.constants.get("filters")
    return filters is not None and bool((filters >= 0).all() and filters.max() <= LARGEST_FILTER)


def _pack(layer: Layer) -> dict[str, np.ndarray]:
    places, weights = packed_bands(layer.constants["filters"])
    size = 2 * (layer.types["filters"].shape[1] - 1)
    return {
        "window": layer.constants["window"],
        "band_places": places,
        "band_weights": weights,
        "twiddles": twiddles(size),
        "log_table": LOG_TABLE,
    }


def _scratch(layer: Layer) -> int:
    """The transform, whose power takes its place: one frequency more."""
    return 8 * layer.types["filters"].shape[1]


OP = LogMel
KERNELS = [
    Kernel("log_mel_s16__ref", applies=_is_within_bounds, pack=_pack, scratch_bytes=_scratch)
]
