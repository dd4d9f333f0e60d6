"""What operators share that know PyTorch: patterns, calls, weights, layouts."""
