"""Graph -> kernels -> memory -> C, for one target."""

from .generate import (
    Generated,
    best_choice,
    check_fits,
    generate,
    generate_all,
    input_to_push,
    keeping,
    link,
)
from .own_kernels import (
    CORE_PLACE,
    HOST_PLACE,
    OwnKernel,
    check_own_parameters,
    own_kernels_of,
    read_kernels,
)
from .preferences import LEAST, Preferences, check_io
from .sections import checked_place

__all__ = [
    "CORE_PLACE",
    "HOST_PLACE",
    "LEAST",
    "Generated",
    "OwnKernel",
    "Preferences",
    "best_choice",
    "check_fits",
    "check_io",
    "check_own_parameters",
    "checked_place",
    "generate",
    "generate_all",
    "input_to_push",
    "keeping",
    "link",
    "own_kernels_of",
    "read_kernels",
]
