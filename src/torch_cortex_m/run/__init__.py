"""Images -> outputs, instructions and stack; graphs -> reference outputs."""

from .execute import Execution, LayerTrace, Run, execute
from .host_process import HostProcess

__all__ = ["Execution", "HostProcess", "LayerTrace", "Run", "execute"]
