"""Grades what the warehouse inferred against the simulator's truth; the SQL here may read `truth`, no model may."""
