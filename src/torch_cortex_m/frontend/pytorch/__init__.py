"""A PyTorch program becomes a graph: capture, calibrate, clean, import."""

from .pipeline import import_pytorch

__all__ = ["import_pytorch"]
