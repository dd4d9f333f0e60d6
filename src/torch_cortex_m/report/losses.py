"""What quantization costs layers and outputs: which lose most, why, and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from statistics import median
from typing import Any

from ..ir.artifacts import Loss

GOOD = 30.0
"""dB of an output: with so much nothing has to be done."""

LITTLE = 25.0
"""dB of a layer by itself: below it, it is one that loses most."""

BELOW_OTHERS = 6.0
"""dB below the median of all layers: the same."""

MOST_MARKED = 5

NEAR = 3.0
"""dB between what a layer loses and what rounding its exact output loses."""


def loss_entry(losses: Mapping[str, Loss], values: Iterable[str]) -> dict[str, float] | None:
    """Of these values the worst; None where nothing is known of them."""
    known = [losses[value] for value in values if value in losses]
    return min(known)._asdict() if known else None


def whole_loss(sqnr: float | None, layers: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """The least SQNR of an output, and the names of the layers that lose most by themselves, the
    worst first; None where no loss is known."""
    known = [layer for layer in layers if layer["loss"] is not None]
    if not known:
        return None
    own = {layer["name"]: layer["loss"]["own_sqnr"] for layer in known}
    limit = max(LITTLE, median(own.values()) - BELOW_OTHERS)
    worst = sorted((name for name in own if own[name] < limit), key=own.__getitem__)
    return {"sqnr": sqnr, "most": worst[:MOST_MARKED]}


def causes(document: Mapping[str, Any]) -> Iterator[tuple[list[str], str]]:
    """(the layers that lose most for one reason, what to do), where outputs lose too much."""
    loss = document["loss"]
    if loss is None or loss["sqnr"] is None or loss["sqnr"] >= GOOD:
        return
    layers = [layer for layer in document["layers"] if layer["name"] in loss["most"]]
    by_range = [layer["name"] for layer in layers if _is_range(layer["loss"])]
    by_others = [layer["name"] for layer in layers if not _is_range(layer["loss"])]
    if by_range:
        yield (
            by_range,
            "Their outputs have a few values far beyond all others, which leave few integers to "
            "these. Clamp them (ReLU6, `torch.clamp`), normalize before them, or leave outliers "
            "out of the calibration data.",
        )
    if by_others:
        yield (
            by_others,
            "Not their outputs, but their weights or what they read lose by rounding: look for "
            "single large weights, and for one channel of what they read that is much larger than "
            "the others; else train on with quantization (PT2E's QAT) and compile that.",
        )


def _is_range(loss: Mapping[str, float]) -> bool:
    return loss["rounding_sqnr"] - loss["own_sqnr"] < NEAR
