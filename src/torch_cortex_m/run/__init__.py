"""Images -> outputs, instructions and stack; graphs -> reference outputs."""

from .execute import Execution, LayerTrace, execute

__all__ = ["Execution", "LayerTrace", "execute"]
