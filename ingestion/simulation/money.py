"""Exact money: whole numbers of 1/10000 of a currency unit, written as decimal text."""

from functools import lru_cache

ONE = 10_000
PENNY = 100


@lru_cache(maxsize=65_536)
def text(amount: int) -> str:
    """`amount` ten-thousandths as text with four decimals."""
    sign = "-" if amount < 0 else ""
    whole, rest = divmod(abs(amount), ONE)
    return f"{sign}{whole}.{rest:04d}"


def share(amount: int, percent: int) -> int:
    """`percent` % of a non-negative amount, rounded half up to the ten-thousandth."""
    return (amount * percent + 50) // 100


def without_tax(shelf_price: int, percent: int) -> int:
    """The price before tax that gives `shelf_price` with `percent` % of tax."""
    return (shelf_price * 100 + (100 + percent) // 2) // (100 + percent)
