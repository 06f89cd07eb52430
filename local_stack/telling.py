"""What a program without a terminal says: what holds on stdout, what does not on stderr."""

import sys


def confirm(text: str) -> None:
    """Something holds."""
    tell(f"✓ {text}")


def complain(text: object) -> None:
    """Something does not."""
    sys.stderr.write(f"✗ {text}\n")
    sys.stderr.flush()


def tell(text: str) -> None:
    """A line."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
