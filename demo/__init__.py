"""A simulated company, and public data sets, as landing files."""
