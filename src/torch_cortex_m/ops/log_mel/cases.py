"""The spectra that log_mel must compute, everywhere."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..base import Case
from ..rules.case_data import generator
from .layers import INT16, layer
from .op import LARGEST_FILTER, LARGEST_FLOOR


def case(name: str, shape: tuple[int, int] = (1, 200), **fields: Any) -> Case:
    usual: dict[str, Any] = {"hop": 40, "bits": 7, "length": 100, "bands": 10}
    return layer(generator(f"log_mel {name}"), name, shape, **(usual | fields))


def given(name: str, argument: str, values: np.ndarray, **fields: Any) -> Case:
    usual = case(name, **fields)
    return Case(name, usual.op, {**usual.tensors, argument: values.astype(np.int16)})


def tone(frequency: float, amplitude: float) -> np.ndarray:
    return np.rint(amplitude * np.cos(2 * np.pi * frequency * np.arange(200))).reshape(1, 200)


SQUARE = np.where(np.arange(200) % 2, INT16.low, INT16.high).reshape(1, 200)
EVERY_FREQUENCY = np.eye(65) * LARGEST_FILTER
LOUDEST = {"bits": 10, "length": 1024, "shape": (1, 1024), "shift": -14}

CASES = [
    case("plain"),
    case("batches", (3, 200)),
    case("1_frame", (2, 100)),
    case("samples_left", (1, 239)),
    case("hop_longer_than_window", (1, 500), hop=150),
    case("hop_1", (1, 105), hop=1),
    case("1_sample", (1, 1), hop=1, length=1),
    case("window_fills_transform", (1, 256), length=128, hop=128),
    *(case(f"size_{1 << bits}", (1, 1200), bits=bits, length=(1 << bits) - 3, hop=500)
      for bits in (4, 5, 6, 8, 9, 10)),
    case("1_band", bands=1),
    case("40_bands", bands=40),
    *(case(f"loudness_{bits}", loudness=bits) for bits in (0, 1, 4, 9, 14)),
    case("floor_high", loudness=2, floor=1 << 40),
    case("floor_highest", floor=LARGEST_FLOOR),
    case("log_offset", log_offset=-20 << 16),
    case("log_offset_positive", log_offset=1 << 24, shift=-18),
    case("saturating", shift=-8),
    case("multiplier_zero", multiplier=0, shift=0),
    case("multiplier_negative", multiplier=-(1 << 30)),
    given("silence", "input", np.zeros((1, 200))),
    given("constant", "input", np.full((1, 200), INT16.low)),
    given("square", "input", SQUARE),
    *(given(f"tone_{place}", "input", tone(place / 128, 32767), floor=1000)
      for place in (1, 31.5, 32, 63)),
    given("tone_quiet", "input", tone(0.1, 0.6)),
    given("window_extreme", "window", np.full(100, INT16.low)),
    given("window_negative", "window", np.where(np.arange(100) % 3, 20000, -20000)),
    given("every_frequency", "filters", EVERY_FREQUENCY),
    given("filters_full", "filters", np.full((3, 65), LARGEST_FILTER)),
    given("filters_empty", "filters", np.zeros((2, 65))),
    given("filters_with_holes", "filters", EVERY_FREQUENCY[::7] + EVERY_FREQUENCY[-1]),
    *(given(f"loudest_{name}", "input", values, **LOUDEST)
      for name, values in {
          "constant": np.full((1, 1024), INT16.low),
          "square": np.tile(SQUARE, 6)[:, :1024],
          "tone": np.tile([INT16.high, INT16.high, INT16.low, INT16.low], 256).reshape(1, 1024),
      }.items()),
]  # fmt: skip
