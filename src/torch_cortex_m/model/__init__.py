"""A compiled model: what it can do, what it costs, and how it is kept on disk."""

from .compiled import CompiledModel

__all__ = ["CompiledModel"]
