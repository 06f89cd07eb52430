"""What can go wrong with somebody's file: one line cannot be an event, or nothing can be done at all."""

from contracts.problems import Problem

WRONG_ENCODING = "text is not of the file's encoding; set file.encoding (latin-1, cp1252, …)"


class LineRejected(Exception):
    """This line cannot be an event; the reason is written to the rejects file."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ReplayProblem(Problem):
    """The replay cannot go on."""
