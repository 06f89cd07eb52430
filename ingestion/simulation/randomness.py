"""Randomness that depends on the seed, the subject and the day, never on how far a run goes."""

import zlib

import numpy as np


def stream(seed: int, subject: str, day: int = 0) -> np.random.Generator:
    """The generator of one subject on one day (an ordinal; 0 for what is drawn once)."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, zlib.crc32(subject.encode()), day])))
