"""What kernels were measured to cost: the files that ship, and how they are read and written."""
