"""Graph -> kernels -> memory -> C, for one target."""

from .generate import (
    Generated,
    best_choice,
    check_fits,
    generate,
    generate_all,
    input_to_push,
    link,
)
from .preferences import LEAST, Preferences, check_io
from .sections import checked_place

__all__ = [
    "LEAST",
    "Generated",
    "Preferences",
    "best_choice",
    "check_fits",
    "check_io",
    "checked_place",
    "generate",
    "generate_all",
    "input_to_push",
    "link",
]
