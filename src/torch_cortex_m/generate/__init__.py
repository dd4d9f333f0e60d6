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

__all__ = [
    "LEAST",
    "Generated",
    "Preferences",
    "best_choice",
    "check_fits",
    "check_io",
    "generate",
    "generate_all",
    "input_to_push",
    "link",
]
