"""Daily figures, rankings and exceptions, selected from the marts and compared with the week before."""
