"""What can go wrong for a person, in one sentence, and what to do about it."""


class Problem(Exception):
    """A failure that is explained, not traced; the command line prints both sentences and exits with `exit_code`."""

    exit_code = 1

    def __init__(self, what: str, remedy: str = "") -> None:
        super().__init__(f"{what} {remedy}".strip())
        self.what = what
        self.remedy = remedy


class NotYet(Problem):
    """Nothing is wrong: it is too early, for want of history or of what comes first. A schedule skips what says so."""

    exit_code = 3
