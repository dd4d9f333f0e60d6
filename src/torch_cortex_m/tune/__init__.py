"""Measures the kernels that can compute a model's layers. Outside the arrows: it drives select,
plan, emit, build and run, and comes back as a data file."""

from .board import tune_on_board
from .candidates import Candidate, candidates_of
from .firmware import Image, Sized, candidate_models, images_of
from .measure import measure_candidates, table_name
from .tune import tune_candidates, tune_graph

__all__ = [
    "Candidate",
    "Image",
    "Sized",
    "candidate_models",
    "candidates_of",
    "images_of",
    "measure_candidates",
    "table_name",
    "tune_candidates",
    "tune_graph",
    "tune_on_board",
]
