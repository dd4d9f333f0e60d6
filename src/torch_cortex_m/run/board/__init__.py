"""A model on a board, asked over a serial line: docs/board.md has the protocol."""

from .board import Board, BoardFacts
from .link import Patience
from .port import is_board, open_board

__all__ = ["Board", "BoardFacts", "Patience", "is_board", "open_board"]
