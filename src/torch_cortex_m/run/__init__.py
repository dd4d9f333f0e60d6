"""Images -> outputs, instructions and stack; graphs -> reference outputs."""

from .execute import Execution, LayerTrace, Run, execute

__all__ = ["Execution", "LayerTrace", "Run", "execute"]
