"""Graph -> kernels -> memory -> C, for one target."""

from .generate import Generated, check_fits, generate, generate_all
from .preferences import Preferences, check_io

__all__ = ["Generated", "Preferences", "check_fits", "check_io", "generate", "generate_all"]
