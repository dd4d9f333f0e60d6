"""Images and boards -> outputs, instructions and stack; graphs -> reference outputs."""

from .board import Board, is_board, open_board
from .execute import Execution, LayerTrace, Run, execute
from .host_process import HostProcess

__all__ = [
    "Board",
    "Execution",
    "HostProcess",
    "LayerTrace",
    "Run",
    "execute",
    "is_board",
    "open_board",
]
