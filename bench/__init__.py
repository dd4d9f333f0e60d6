"""Benchmarks on emulated cores; see __main__.py.

They share the MLPerf Tiny networks with the examples, and with the tests the library of CMSIS-NN.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path += [str(ROOT / "examples"), str(ROOT / "tests")]

SAME_TIME = 1.02
"""A choice agrees with the fastest one up to so many times its cycles."""
