"""One document that says all of a compiled model, and the page that shows it."""

from .document import SCHEMA, Facts, document
from .page import page

__all__ = ["SCHEMA", "Facts", "document", "page"]
