"""From a model to the graph: PyTorch's way (capture, clean, quantize, import) and TensorFlow
Lite's (``frontend.tflite``). PyTorch's is loaded when it is used, because it loads torch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .pytorch import import_pytorch

__all__ = ["import_pytorch"]


def __getattr__(name: str) -> Any:
    if name == "import_pytorch":
        from .pytorch import import_pytorch

        return import_pytorch
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
