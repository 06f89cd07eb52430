"""Send a retailer's own file as events: `./retail replay FILE --mapping NAME`.

docs/own_files.md says how to write a mapping.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from contracts.settings import Settings, load_settings
from ingestion.publisher import Publisher, PublishingFailed
from ingestion.replay.mapping import Mapping
from ingestion.replay.mapping_file import load_mapping, mapping_hash
from ingestion.replay.pace import Pace
from ingestion.replay.problems import ReplayProblem
from ingestion.replay.progress import ReplayProgress
from ingestion.replay.readers import fingerprint, open_table
from ingestion.replay.rejects import RejectsFile
from ingestion.replay.sending import Publishes, Sender
from ingestion.replay.state import ReplayState, StateFile
from ingestion.replay.stream import replay_steps
from ingestion.replay.tally import Tally
from ingestion.sources import AnotherSourceHeld, claim_source

SAYS_WHAT_TO_DO = (ReplayProblem, AnotherSourceHeld, PublishingFailed)


@dataclass(frozen=True)
class ReplayReport:
    """What a replay did. `sent` events went to the broker now; the tally counts the whole file."""

    file: Path
    source: str
    sent: int
    seconds: float
    tally: Tally | None
    rejects: Path | None
    before: ReplayState | None = None

    def sentences(self) -> list[str]:
        """The report in words."""
        if self.tally is None:
            when = self.before.completed_at if self.before else "before"
            return [f"{self.file.name} was replayed completely on {when}; nothing was sent. --again sends it again."]
        rate = self.sent / max(self.seconds, 0.001)
        said = [f"{self.file.name} as {self.source}: {self.tally.sentences()[0]}", *self.tally.sentences()[1:]]
        said.append(f"{self.sent:,} events sent in {self.seconds:.1f} s ({rate:,.0f} a second)")
        return [*said, f"rejected lines and their reasons: {self.rejects}"] if self.tally.rejected else said


def replay(
    file: Path,
    mapping: str,
    settings: Settings,
    *,
    speed: str = "max",
    again: bool = False,
    add_source: bool = False,
    connect: Callable[[], Publishes] | None = None,
) -> ReplayReport:
    """Send the file's events that were not sent yet. `mapping`: a shipped name or a path. `speed`: max or a factor.

    Raises ReplayProblem, AnotherSourceHeld or PublishingFailed, each with a sentence that says what to do, and
    KeyboardInterrupt after it has recorded what was sent.
    """
    pace, plan = Pace.of(speed), load_mapping(mapping)
    columns = open_table(file, plan.file).columns
    content = fingerprint(file)
    place = StateFile.of(settings.home, plan.source, content)
    state = _state(place, plan, file, content, again=again)
    if state.is_complete:
        return ReplayReport(file, plan.source, 0, 0.0, None, None, state)
    claim_source(settings.home, plan.source, "replay", add=add_source)
    publisher = connect() if connect else Publisher(settings.kafka_bootstrap)
    rejects, began = RejectsFile(place.rejects, columns), time.monotonic()
    try:
        with ReplayProgress(file.name) as progress:
            sender = Sender(publisher, state, place, rejects, pace, progress.sending)
            sender.send_all(replay_steps(file, plan, content, progress.reading))
    finally:
        rejects.close()
    return ReplayReport(file, plan.source, sender.sent, time.monotonic() - began, sender.tally, place.rejects)


def _state(place: StateFile, plan: Mapping, file: Path, content: str, *, again: bool) -> ReplayState:
    """The state to go on from. Raises ReplayProblem if the file was sent with a mapping that said something else."""
    saved, now = place.load(), mapping_hash(plan)
    if saved is None or again:
        return ReplayState(plan.source, str(file), content, now)
    if saved.mapping != now:
        raise ReplayProblem(
            f"{file.name} was sent as {plan.source} with a mapping that said something else. Its events keep their "
            "ids, so lines that changed would be quarantined as conflicting. Replay into another RETAIL_HOME, or "
            "give --again if no event changes."
        )
    return saved


def main(arguments: Iterable[str] | None = None) -> int:
    """Run as a program; the exit code is 0, 1 for a problem, 130 when interrupted."""
    given = _parser().parse_args(None if arguments is None else list(arguments))
    try:
        report = replay(
            given.file,
            given.mapping,
            load_settings(),
            speed=given.speed,
            again=given.again,
            add_source=given.add_source,
        )
    except SAYS_WHAT_TO_DO as problem:
        _say(str(problem))
        return 1
    except OSError as error:
        _say(f"{error.filename or given.file}: {error.strerror or error}.")
        return 1
    except KeyboardInterrupt:
        _say("Stopped. The same command goes on where this one ended.")
        return 130
    sys.stdout.write("\n".join(report.sentences()) + "\n")
    return 0


def _say(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="replay", description="Send a delimited or Parquet file as events.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--mapping", required=True, help="a mapping that ships with the project, or a YAML file")
    parser.add_argument("--speed", default="max", help="max, or N times the events' own time")
    parser.add_argument("--again", action="store_true", help="send a file that was sent before")
    parser.add_argument("--add-source", action="store_true", help="put this source beside another one")
    return parser


if __name__ == "__main__":
    sys.exit(main())
