"""The functions of two integers that integer_arithmetic computes."""

from __future__ import annotations

from enum import IntEnum


class Function(IntEnum):
    """What is computed of two integers, as the kernel numbers it."""

    ADD = 0
    SUBTRACT = 1
    MULTIPLY = 2
    FLOOR_DIVIDE = 3
    REMAINDER = 4
    TRUNCATED_DIVIDE = 5
    MINIMUM = 6
    MAXIMUM = 7
    AND = 8
    OR = 9
    XOR = 10
    LEFT_SHIFT = 11
    RIGHT_SHIFT = 12
