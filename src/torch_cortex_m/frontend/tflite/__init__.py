"""From a TensorFlow Lite file to the graph: read, check, import."""

from .importer import import_tflite

__all__ = ["import_tflite"]
