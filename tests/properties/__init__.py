"""Companies drawn at random, and the laws that their pay must keep."""
