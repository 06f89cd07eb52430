"""What breaks on purpose, and what must be equal afterwards: docs/decisions/chaos.md."""
