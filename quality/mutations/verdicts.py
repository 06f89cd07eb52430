"""What can become of a mistake."""

from dataclasses import dataclass

UNIT, CONTRACT, DATA, BY_HAND, BUILD = "unit test", "contract", "data test", "values by hand", "build"
NOT_RUNNABLE, SURVIVED = "not runnable", "survived"
KILLERS = (UNIT, CONTRACT, BY_HAND, DATA, BUILD)


@dataclass(frozen=True)
class Verdict:
    """Which judge found the mistake (one of KILLERS), or why none did; `told` names the test or says more."""

    by: str
    told: str = ""
