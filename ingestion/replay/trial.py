"""Try a mapping on a file without sending anything: what somebody who writes one wants to see."""

from pathlib import Path

from ingestion.replay.mapping import Mapping
from ingestion.replay.readers import read_content
from ingestion.replay.stream import REJECTED, Step, replay_steps
from ingestion.replay.tally import Tally, summary

REJECTS_SHOWN = 10


def try_file(path: Path, mapping: Mapping) -> list[str]:
    """The first event of each kind, the first rejects and the sums. Raises ReplayProblem."""
    tally, examples, rejects = Tally(), {}, []
    for step in replay_steps(path, mapping, read_content(path).fingerprint):
        tally.count(step)
        if step.outcome == REJECTED:
            rejects.append(step) if len(rejects) < REJECTS_SHOWN else None
        else:
            examples.setdefault(step.outcome, step)
    said = [line for step in examples.values() for line in _shown(step)]
    said += [f"line {step.line} rejected: {step.reason}" for step in rejects]
    said.append(summary(tally.lines, "lines"))
    return [*said, summary(tally.entries, "catalogue entries")] if tally.entries else said


def _shown(step: Step) -> list[str]:
    return [f"line {step.line} -> {topic} {value.decode()}" for topic, _, value in step.messages]
