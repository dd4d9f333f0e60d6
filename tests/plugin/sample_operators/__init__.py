"""Operators and kernels from outside of torch-cortex-m: the sample of docs/custom-operators.md."""
