"""Which nodes compute a few rows at a time, so that a network takes less memory."""
