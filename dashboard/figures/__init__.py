"""What the pages show, as plain data frames and cards: nothing here knows of a browser."""
