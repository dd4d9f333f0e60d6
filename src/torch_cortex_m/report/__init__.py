"""One document that says all of a compiled model, and the page that shows it."""

from .document import SCHEMA, Facts, document
from .page import page
from .sizes import LayerSizes, layer_sizes

__all__ = ["SCHEMA", "Facts", "LayerSizes", "document", "layer_sizes", "page"]
