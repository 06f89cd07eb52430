"""Is everything as it should be, and if not, which command mends it? `./retail doctor`."""
