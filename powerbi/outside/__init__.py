"""Checks by tools of others, where they are installed: Microsoft's validators from npm, its JSON schemas from PyPI."""
