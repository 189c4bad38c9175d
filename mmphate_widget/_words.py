"""Numbers with what they count, in words."""


def count(number: int, noun: str) -> str:
    """``"1 unit"``, ``"480 points"``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
