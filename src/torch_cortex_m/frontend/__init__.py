"""From PyTorch to the graph: capture, clean, quantize, import."""

from .pytorch import import_pytorch

__all__ = ["import_pytorch"]
