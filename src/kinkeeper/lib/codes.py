"""Short public codes (stand-in until the full module lands)."""

from random import Random, SystemRandom

ALPHABET = "0123456789BCDFGHJKMNPQRSTVWXYZ"


def new_code(prefix: str = "", random: Random | None = None) -> str:
    """A new code of eight characters."""
    source = random or SystemRandom()
    return prefix + "".join(source.choice(ALPHABET) for _ in range(8))
