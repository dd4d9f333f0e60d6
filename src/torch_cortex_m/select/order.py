"""The order of the kernels that can compute a layer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..errors import TcmError
from ..measured.measurements import Measurement
from ..ops.base import Kernel, Layer
from .cost import CostModel

SAME_TIME = 1.01
"""Estimated cycles that differ by less than this count as a tie."""

OBJECTIVES = ("speed", "size", "balanced")

TYPICAL_CODE_BYTES = 1024
"""What the code of two kernels of a layer may differ by."""


def check_objective(objective: str) -> None:
    if objective not in OBJECTIVES:
        raise TcmError(
            "unknown objective",
            expected=", ".join(OBJECTIVES),
            got=objective,
            where="optimize",
            hint="speed: the fewest cycles; size: the least flash; balanced: little time given for "
            "much flash",
        )


def flash_limit(smallest: int) -> int:
    """Constants beyond this are much, where some kernel has them in ``smallest`` bytes: a quarter
    more, and what the code of kernels differs by."""
    return smallest + smallest // 4 + TYPICAL_CODE_BYTES


def order_kernels(
    layer: Layer, kernels: Sequence[Kernel], model: CostModel, objective: str
) -> list[Kernel]:
    """The kernels from the worst to the best: those that were measured on this layer come last.

    Where estimates compare, time decides, and otherwise the order of the folder, which lists its
    kernels from the most general to the most special. Unless the objective is speed, kernels of
    which nothing is known and that take much flash for their constants come first.
    """
    measured = [kernel for kernel in kernels if model.measured(layer, kernel) is not None]
    others = [kernel for kernel in kernels if kernel not in measured]
    groups = _groups(layer, others, model)
    if objective != "speed":
        groups = _large_first(layer, groups, model)
    return [kernel for group in (*groups, measured) for kernel in _by_time(layer, group, model)]


def _groups(layer: Layer, kernels: Sequence[Kernel], model: CostModel) -> list[list[Kernel]]:
    """Those whose estimates compare; the group with the last kernel last."""
    groups: dict[int | str, list[Kernel]] = {}
    for kernel in kernels:
        group = model.group(layer, kernel)
        key = kernel.name if group is None else group
        groups[key] = [*groups.pop(key, []), kernel]
    return list(groups.values())


def _large_first(
    layer: Layer, groups: Sequence[list[Kernel]], model: CostModel
) -> list[list[Kernel]]:
    """The groups, first those that are kernels of which nothing is known, with large constants."""
    unknown = [kernel for kernel, *_ in groups if model.cost(layer, kernel) is None]
    sizes = {kernel.name: model.constant_bytes(layer, kernel) for kernel in unknown}
    limit = flash_limit(min(sizes.values(), default=0))
    large = {name for name, size in sizes.items() if size > limit}
    return sorted(groups, key=lambda group: group[0].name not in large)


def _by_time(layer: Layer, kernels: Sequence[Kernel], model: CostModel) -> list[Kernel]:
    """The slowest first; all are known, or there is one."""
    if len(kernels) < 2:
        return list(kernels)
    costs = {kernel.name: cost for kernel in kernels if (cost := model.cost(layer, kernel))}
    ordered = sorted(kernels, key=lambda kernel: costs[kernel.name].time, reverse=True)
    return _ties_by_instructions(ordered, costs)


def _ties_by_instructions(
    ordered: Sequence[Kernel], costs: Mapping[str, Measurement]
) -> list[Kernel]:
    """Those kernels last that take as much time as the best one, as far as an estimate can tell,
    among them the one with the fewest instructions, which are exact."""

    def time(kernel: Kernel) -> tuple[int, int]:
        return costs[kernel.name].time

    ties = [kernel for kernel in ordered if time(kernel)[0] <= SAME_TIME * time(ordered[-1])[0]]
    ties.sort(key=lambda kernel: time(kernel)[1], reverse=True)
    return [kernel for kernel in ordered if kernel not in ties] + ties
