"""Gates: Great Expectations over what enters (raw) and over what people read (reporting)."""
