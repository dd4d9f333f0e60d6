"""What a user may want to do about a compiled model, from what its document says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from .cycles import share_of_cycles
from .losses import causes

Advice = dict[str, str]

WORTH_TELLING = 0.05
"""Of all cycles: what a layer takes that a word is lost about."""

SATURATED = 0.02
"""Of a value's elements: more than calibration clips on purpose."""

CHEAP = 1.10
"""Times the cycles: what less RAM may cost to be proposed."""

MANY_NAMES = 4


def advice_on(document: Mapping[str, Any]) -> list[Advice]:
    """Each with its level ("warning" or "hint"), what there is and what to do."""
    return [
        *_unchecked(document),
        *_unmeasured(document),
        *_lossy(document),
        *_saturated(document),
        *_estimated_kernels(document),
        *_portable_kernels(document),
        *_copies(document),
        *_ram(document),
    ]


def _advice(level: str, what: str, do: str) -> Advice:
    return {"level": level, "what": what, "do": do}


def _unchecked(document: Mapping[str, Any]) -> Iterator[Advice]:
    own = document["preferences"].get("own_kernels", ())
    unchecked = [each["layer"] for each in own if not each["checked"]]
    if unchecked:
        yield _advice(
            "warning",
            f"Nothing has compared your own kernels of {_names(unchecked)} with the reference.",
            "Compile again where `tcm doctor` finds PyTorch, a C compiler for this computer and, "
            "for what needs a core's instructions, one for Arm and QEMU.",
        )


def _unmeasured(document: Mapping[str, Any]) -> Iterator[Advice]:
    if document["total"]["instructions"] is None:
        yield _advice(
            "warning",
            "Nothing was measured: cycles are estimates, flash is without shared code.",
            "Run `tcm report` where the core's compiler and QEMU are installed; `tcm doctor` says "
            "what is missing. A model for the host has no core to be measured on.",
        )


def _lossy(document: Mapping[str, Any]) -> Iterator[Advice]:
    for layers, do in causes(document):
        sqnr = document["loss"]["sqnr"]
        yield _advice(
            "warning",
            f"Quantization leaves an output {sqnr:.1f} dB of signal over error; most is lost in "
            f"{_names(layers)}.",
            do,
        )


def _saturated(document: Mapping[str, Any]) -> Iterator[Advice]:
    shares = {
        name: value["range"]["saturated"]
        for name, value in document["values"].items()
        if value["range"] is not None and value["range"]["saturated"] > SATURATED
    }
    if shares:
        worst = max(shares, key=shares.__getitem__)
        yield _advice(
            "warning",
            f"{_names(shares)} are clipped: {100 * shares[worst]:.1f} % of {worst} lie at an end "
            "of its range.",
            "Calibrate with more samples that look like these inputs, unless the layer clamps "
            "there on purpose, as ReLU6 does.",
        )


def _estimated_kernels(document: Mapping[str, Any]) -> Iterator[Advice]:
    guessed = _layers(document, 0.01, lambda each: not each["is_measured"] and each["alternatives"])
    if guessed:
        yield _advice(
            "hint",
            f"The kernels of {guessed} were chosen by an estimate from similar layers.",
            "`tcm tune OUT` measures all kernels on your layers and keeps the best; with --tuning "
            "this page takes its figures.",
        )


def _portable_kernels(document: Mapping[str, Any]) -> Iterator[Advice]:
    if not document["features"]:
        return
    portable = _layers(document, WORTH_TELLING, lambda each: each["kernel"].endswith("__ref"))
    if portable:
        yield _advice(
            "hint",
            f"{portable} run in portable C, without the core's own instructions.",
            "docs/operators.md lists the kernels of each operator; another spelling of the layer "
            "may have one for this core.",
        )


def _copies(document: Mapping[str, Any]) -> Iterator[Advice]:
    moving = _layers(document, WORTH_TELLING, lambda each: each["copied_bytes"])
    if moving:
        yield _advice(
            "hint",
            f"{moving} only move data, and take more than 5 % of the cycles each.",
            "Where the model permutes or concatenates, another order of dimensions may save it.",
        )


def _ram(document: Mapping[str, Any]) -> Iterator[Advice]:
    points = (document["curves"] or {}).get("ram", [])
    now, cycles = document["total"]["arena_bytes"], document["total"]["estimated_cycles"]
    cheap = [p for p in points if p["bytes"] < 0.9 * now and 0 < p["cycles"] <= CHEAP * cycles]
    if cheap:
        best = min(cheap, key=lambda point: point["bytes"])
        more = 100 * (best["cycles"] / cycles - 1)
        cost = f"for {more:.1f} % more cycles" if more >= 0.05 else "at no cost in cycles"
        yield _advice(
            "hint",
            f"The arena can shrink from {now:,} to {best['bytes']:,} bytes {cost}, by estimate.",
            f"`tcm compile ... --ram {best['bytes']}` computes some layers a few rows at a time, "
            "with the same results.",
        )
    if document["preferences"]["io"] == "caller":
        yield from _inputs(document)


def _inputs(document: Mapping[str, Any]) -> Iterator[Advice]:
    size = sum(document["values"][name]["bytes"] for name in document["inputs"])
    if size > document["total"]["arena_bytes"] / 2 and size > 1024:
        yield _advice(
            "hint",
            f"The inputs are {size:,} bytes beside the arena.",
            "`--io arena` lets them share memory with what is computed later; `--io rows` takes an "
            "image line by line, so that it never exists whole.",
        )


def _layers(document: Mapping[str, Any], at_least: float, is_meant: Callable[[Any], Any]) -> str:
    """The names of those that take more than this share of the cycles; empty for none."""
    layers = document["layers"]
    return _names(
        layer["name"]
        for layer in layers
        if is_meant(layer) and share_of_cycles(document, layer) > at_least
    )


def _names(names: Any) -> str:
    listed = list(names)
    more = len(listed) - MANY_NAMES
    text = ", ".join(listed[:MANY_NAMES])
    return f"{text} and {more} more" if more > 0 else text
