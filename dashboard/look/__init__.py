"""How figures look: cards, charts, tables, colours, and what is said where there are none."""
