"""What ``--optimize`` means: how much of its time a whole network may give for less flash."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial

from ..ops.base import Kernel
from ..select.choice import Choice
from .flash_budget import Flash, smaller_choices

MOST_TIME = 2
"""Times as many cycles as balanced kernels that the smallest may take: the last few hundred bytes
cost many times as much."""


def weighed(choice: Choice, objective: str, *, prefer_library: bool) -> Choice:
    """Of the fastest choice and the smaller ones, the one that the objective means.

    speed: the fastest. balanced: the least product of estimated cycles and the square root of
    flash, so that a percent of time must save two of flash. size: the least flash within
    ``MOST_TIME`` of balanced. Kernels whose time is not known stay, and so do a library's where
    they are preferred.
    """
    if objective == "speed":
        return choice
    smaller = list(smaller_choices(_open_to_trade(choice, prefer_library)))
    _, found = min(smaller, key=lambda each: each[1].total_time * math.sqrt(each[0]))
    if objective == "size":
        limit = MOST_TIME * found.total_time
        within = [each for each in smaller if each[1].total_time <= limit]
        _, found = min(within, key=lambda each: each[0])
    return choice.with_kernels(found.selection)


def preferring_chosen(choice: Choice) -> Choice:
    """The choice with its kernels ranked as the best ones, for budgets that follow: before others
    that take no more flash, and these before those that take more."""
    flash = Flash(choice.layers, choice.model)

    def size(name: str, kernel: Kernel) -> int:
        return flash.constants(name, kernel) + flash.code({name: kernel})

    def rank(name: str, kernel: Kernel) -> int:
        chosen = choice.selection[name]
        if kernel is chosen:
            return 2
        return int(size(name, kernel) <= size(name, chosen))

    ranked = {
        name: sorted(kernels, key=partial(rank, name)) for name, kernels in choice.ranked.items()
    }
    return replace(choice, ranked=ranked)


def _open_to_trade(choice: Choice, prefer_library: bool) -> Choice:
    def stays(name: str) -> bool:
        kernel = choice.selection[name]
        preferred = prefer_library and kernel.provider != "ours"
        return preferred or not choice.is_known(name, kernel)

    ranked = {
        name: [choice.selection[name]] if stays(name) else kernels
        for name, kernels in choice.ranked.items()
    }
    return replace(choice, ranked=ranked)
