"""The order of the kernels that can compute a layer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..errors import TcmError
from ..measured.measurements import Measurement
from ..ops.base import Kernel, Layer
from ..target import FEATURE_MACROS
from .cost import CostModel, packed_bytes

SAME_TIME = 1.01
"""Estimated cycles that differ by less than this count as a tie."""

OBJECTIVES = ("speed", "size", "balanced")

TYPICAL_CODE_BYTES = 1024
"""What the code of two kernels of a layer may differ by."""


def check_objective(objective: str) -> None:
    if objective not in OBJECTIVES:
        raise TcmError(
            "unknown objective", expected=", ".join(OBJECTIVES), got=objective, where="optimize"
        )


def flash_limit(smallest: int) -> int:
    """Constants beyond this are much, where some kernel has them in ``smallest`` bytes: a quarter
    more, and what the code of kernels differs by."""
    return smallest + smallest // 4 + TYPICAL_CODE_BYTES


def order_kernels(
    layer: Layer, kernels: Sequence[Kernel], model: CostModel, objective: str
) -> list[Kernel]:
    """The kernels from the worst to the best.

    Kernels of which nothing is known come first, in the order of their folder, which lists them
    from the most general to the most special. Unless the objective is speed, those before all
    others that take much flash for their constants. For time, an estimate alone puts no kernel
    above one that uses more of the core's instructions.
    """
    costs = {kernel.name: model.cost(layer, kernel) for kernel in kernels}
    known = [kernel for kernel in kernels if costs[kernel.name] is not None]
    unknown = [kernel for kernel in kernels if costs[kernel.name] is None]

    if objective != "speed" and len(unknown) > 1:
        sizes = {kernel.name: packed_bytes(layer, kernel) for kernel in unknown}
        limit = flash_limit(min(sizes.values()))
        unknown.sort(key=lambda kernel: sizes[kernel.name] <= limit)

    def slowness(kernel: Kernel) -> tuple[int, int]:
        cost = costs[kernel.name]
        assert cost is not None
        return cost.time

    ordered = _ties_by_instructions(sorted(known, key=slowness, reverse=True), costs)
    return [*unknown, *_by_evidence(layer, ordered, model)]


def _by_evidence(layer: Layer, ordered: Sequence[Kernel], model: CostModel) -> list[Kernel]:
    """The kernels, where none ranks above one that uses more of the core's instructions without
    having won where both were measured: on this layer, or else on the nearest one.

    Two estimates from different layers do not compare: each is scaled from a layer of its own.
    """

    def has_won(kernel: Kernel, other: Kernel) -> bool:
        both = model.measured(layer, kernel) and model.measured(layer, other)
        costs = None if both else model.nearest(layer.signature, kernel.name, other.name)
        if costs is None:
            return bool(both)
        return costs[kernel.name].time < costs[other.name].time

    result: list[Kernel] = []
    for kernel in ordered:
        unbeaten = (
            index
            for index, other in enumerate(result)
            if instruction_rank(kernel) < instruction_rank(other) and not has_won(kernel, other)
        )
        result.insert(next(unbeaten, len(result)), kernel)
    return result


def instruction_rank(kernel: Kernel) -> int:
    """0 for a kernel in portable instructions, more the more special the features that it needs."""
    features = tuple(FEATURE_MACROS)
    return max((1 + features.index(name) for name in kernel.needs), default=0)


def _ties_by_instructions(
    ordered: Sequence[Kernel], costs: Mapping[str, Measurement | None]
) -> list[Kernel]:
    """Those kernels last that take as much time as the best one, as far as an estimate can tell,
    among them the one with the fewest instructions, which are exact."""

    def time(kernel: Kernel) -> tuple[int, int]:
        cost = costs[kernel.name]
        assert cost is not None
        return cost.time

    ties = [kernel for kernel in ordered if time(kernel)[0] <= SAME_TIME * time(ordered[-1])[0]]
    ties.sort(key=lambda kernel: time(kernel)[1], reverse=True)
    return [kernel for kernel in ordered if kernel not in ties] + ties
