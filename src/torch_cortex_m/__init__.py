"""Compile a PyTorch model to a small, self-contained, bit-exact int8 C library for Arm Cortex-M."""

__version__ = "0.1.0"
