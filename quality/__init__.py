"""Checks of what enters and of what people read, and the scorecard of what was inferred."""
