"""What known customers are expected to bring: how often they will come, and how much they will spend."""
