"""The twin: a seeded model of a retail chain, with the book its systems keep and the physical stock they miss."""
