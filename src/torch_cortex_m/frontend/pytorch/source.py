"""The user's own names and places for nodes of a captured program, as printable lines."""

from __future__ import annotations

import os
import re
import traceback
from pathlib import Path

import torch
from torch.fx import Node

from ...text import one_line

_FRAME = re.compile(r'File "(?P<file>[^"]+)", line (?P<line>\d{1,9})')
_INSTALLED = re.compile(r"[\\/](site|dist)-packages[\\/]torch(ao)?[\\/]")
_OURS = (str(Path(torch.__file__).parent), str(Path(__file__).parents[2]))


def module_path(node: Node) -> str:
    """The path of the module whose forward has this operator ("" for the model itself)."""
    return one_line(_innermost_module(node)[0])


def _innermost_module(node: Node) -> tuple[str, str | type]:
    """The path and the type of the module whose forward has this operator."""
    stack = list((node.meta.get("nn_module_stack") or {}).values())
    return stack[-1] if stack else ("", "")


def operator_name(node: Node) -> str:
    """The operator without its namespace and overload: aten.add.Tensor -> add."""
    packet = getattr(node.target, "overloadpacket", node.target)
    return getattr(packet, "__name__", node.name).strip("_")


def value_name(node: Node) -> str:
    """The name of an operator's result: its module's path, where the module is one of torch.nn,
    else the path of the user's module with the operator."""
    path, kind = module_path(node), _innermost_module(node)[1]
    kind = kind if isinstance(kind, str) else f"{kind.__module__}.{kind.__qualname__}"
    if path and kind.startswith("torch.nn."):
        return path
    return f"{path}.{operator_name(node)}" if path else operator_name(node)


def source_line(node: Node) -> str | None:
    """ "file.py:line" of the innermost frame that is the user's."""
    frames = _FRAME.findall(node.meta.get("stack_trace") or "")
    return _innermost([(file, int(line)) for file, line in frames])


def error_line(error: BaseException) -> str | None:
    """ "file.py:line" of the user's innermost frame that an exception went through."""
    frames = traceback.extract_tb(error.__traceback__)
    return _innermost([(frame.filename, frame.lineno or 0) for frame in frames])


def _innermost(frames: list[tuple[str, int]]) -> str | None:
    users = [
        f"{os.path.basename(file)}:{line}"
        for file, line in frames
        if os.path.basename(file)[:1] != "<"
        and not _INSTALLED.search(file)
        and not file.startswith(_OURS)
    ]
    return one_line(users[-1]) if users else None


def where(node: Node) -> str:
    """ "module.path (file.py:line)", as far as known."""
    line = source_line(node)
    name = module_path(node) or node.name
    return f"{name} ({line})" if line else name
