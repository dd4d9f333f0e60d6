"""The integer arithmetic that references, lowering and kernels agree on."""
