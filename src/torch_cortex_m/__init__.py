"""Compile a PyTorch model to a small, self-contained, bit-exact int8 C library for Arm Cortex-M.

    import torch_cortex_m as tcm
    compiled = tcm.compile(model, example_inputs, target="cortex-m4", calibration=samples)

Importing this package loads neither torch nor numpy; what needs them loads them.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from ._torch_hook import register_operators_with_torch
from .errors import TcmError, TcmWarning

if TYPE_CHECKING:
    from . import testing
    from .compiler import compile
    from .model.compiled import CompiledModel
    from .model.load import load
    from .ops.pytorch.log_mel import LogMel
    from .ops.registration import register
    from .target import Target

    __version__: str

__all__ = [
    "CompiledModel",
    "LogMel",
    "Target",
    "TcmError",
    "TcmWarning",
    "compile",
    "load",
    "register",
    "testing",
]

_LAZY = {
    "compile": "compiler",
    "load": "model.load",
    "register": "ops.registration",
    "CompiledModel": "model.compiled",
    "LogMel": "ops.pytorch.log_mel",
    "Target": "target",
}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return importlib.import_module(".version", __name__).installed_version()
    if name == "testing":
        return importlib.import_module(".testing", __name__)
    if name in _LAZY:
        return getattr(importlib.import_module(f".{_LAZY[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


register_operators_with_torch()
