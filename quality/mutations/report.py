"""What became of the mistakes, as tables: for the terminal, and as Markdown."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from rich.table import Table

from quality.mutations.mistakes import Mutant
from quality.mutations.plan import LAYERS
from quality.mutations.verdicts import KILLERS, NOT_RUNNABLE, SURVIVED, Verdict

EQUIVALENT = "with a reason"
_COLUMNS = ("mistakes", *KILLERS, NOT_RUNNABLE, EQUIVALENT, SURVIVED)
LEGEND = (
    "Found by the model's own unit tests; by its contract; by values worked out by hand or in plain Python; by a data"
    " test of the model or of one downstream; because a model no longer builds. Not runnable: ClickHouse refuses the"
    " SQL, so nobody could make this mistake."
)


@dataclass(frozen=True)
class Judged:
    """A mistake, the layer of its model, the verdict, and why it may survive if it does."""

    mutant: Mutant
    layer: str
    verdict: Verdict
    reason: str = ""

    @property
    def outcome(self) -> str:
        """The column it counts in."""
        return EQUIVALENT if self.verdict.by == SURVIVED and self.reason else self.verdict.by


def survivors(judged: Iterable[Judged]) -> list[Judged]:
    """Those that no test found, and nobody has a reason for."""
    return [one for one in judged if one.outcome == SURVIVED]


def unproven(judged: Sequence[Judged]) -> list[str]:
    """Joins and filters (model and line) of which no mistake runs."""
    runs = {(one.mutant.model, one.mutant.line) for one in judged if one.verdict.by != NOT_RUNNABLE}
    tied = [one.mutant for one in judged if one.mutant.mistake.startswith(("join", "filter dropped"))]
    return sorted({f"{mutant.model}:{mutant.line}" for mutant in tied if (mutant.model, mutant.line) not in runs})


def as_table(judged: Sequence[Judged]) -> Table:
    """Counts by layer."""
    cells = _counts(judged, lambda one: one.layer, LAYERS)
    table = Table(*cells[0], box=None, header_style="bold")
    for column in table.columns[1:]:
        column.justify = "right"
    for row in cells[1:]:
        table.add_row(*row)
    return table


def as_lines(judged: Iterable[Judged]) -> list[str]:
    """A line per mistake: where, what, and what is known of it."""
    return [f"{_place(one)} {_change(one)} ({one.reason or one.verdict.told})" for one in judged]


def as_markdown(judged: Sequence[Judged]) -> str:
    """A page: counts by layer and by kind of mistake, survivors, those with a reason, what could not be run."""
    kinds = sorted({one.mutant.mistake for one in judged})
    reasoned = [one for one in judged if one.outcome == EQUIVALENT]
    parts = [
        "# Mistakes made in the models, and what found them",
        LEGEND,
        _markdown(_counts(judged, lambda one: one.layer, LAYERS)),
        _markdown(_counts(judged, lambda one: one.mutant.mistake, kinds)),
        _section("Survivors without a reason", survivors(judged)),
        _section("Survivors with a reason", reasoned),
        "## Joins and filters of which no mistake runs\n\n" + (", ".join(unproven(judged)) or "None."),
    ]
    return "\n\n".join(parts) + "\n"


def _counts(judged: Sequence[Judged], key: Callable[[Judged], str], groups: Sequence[str]) -> list[list[str]]:
    rows = [["", *_COLUMNS]]
    for name in groups:
        of_group = [one for one in judged if key(one) == name]
        if of_group:
            rows.append([name, *_row(of_group)])
    return [*rows, ["all", *_row(judged)]]


def _row(judged: Sequence[Judged]) -> list[str]:
    found = Counter(one.outcome for one in judged)
    return [str(len(judged)), *(str(found[name] or "") for name in _COLUMNS[1:])]


def _section(title: str, judged: Sequence[Judged]) -> str:
    return f"## {title}\n\n" + ("\n".join(f"- {line}" for line in as_lines(judged)) or "None.")


def _place(one: Judged) -> str:
    return f"{one.mutant.model}:{one.mutant.line} [{one.mutant.mistake}]"


def _change(one: Judged) -> str:
    return f"`{one.mutant.was}` → `{one.mutant.now}`"


def _markdown(cells: Sequence[Sequence[str]]) -> str:
    rule = ["---"] + ["--:"] * (len(cells[0]) - 1)
    return "\n".join(f"| {' | '.join(row)} |" for row in (cells[0], rule, *cells[1:]))
