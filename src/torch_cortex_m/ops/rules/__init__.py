"""What operators share: checks, shape rules, and data for their cases."""
