"""Executed blocks -> estimated cycles, without wait states.

``cycle_estimator(image, target)`` disassembles an executable; ``cycles(flow)`` then adds up what
each executed block takes on the core after the block before it. estimate.py says how far the
figures are off, tables.py where they come from.
"""

from .estimate import CYCLE_MODELS, CycleEstimator, CycleModel, cycle_estimator, cycle_model

__all__ = ["CYCLE_MODELS", "CycleEstimator", "CycleModel", "cycle_estimator", "cycle_model"]
