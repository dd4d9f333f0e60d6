"""What kernels of one instruction set share: the order of weights, sums and their limits."""
