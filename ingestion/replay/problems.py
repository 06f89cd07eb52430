"""What can go wrong with somebody's file: one line cannot be an event, or nothing can be done at all."""

from contracts.problems import Problem


class LineRejected(Exception):
    """This line cannot be an event; the reason is written to the rejects file."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ReplayProblem(Problem):
    """The replay cannot go on."""
