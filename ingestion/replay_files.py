"""Send a retailer's own file as events: `./retail replay FILE --mapping NAME`.

docs/own_files.md says how to write a mapping.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from contracts.events import TOPICS
from contracts.kafka_login import librdkafka
from contracts.problems import Problem
from contracts.settings import Settings, load_settings
from ingestion.publisher import Publisher
from ingestion.replay.mapping import Mapping
from ingestion.replay.mapping_file import load_mapping, mapping_hash
from ingestion.replay.pace import Pace
from ingestion.replay.problems import ReplayProblem
from ingestion.replay.progress import ReplayProgress
from ingestion.replay.readers import Content, open_table, read_content
from ingestion.replay.rejects import RejectsFile
from ingestion.replay.sending import Publishes, Sender
from ingestion.replay.state import ReplayState, StateFile, known_states
from ingestion.replay.stream import replay_steps
from ingestion.replay.tally import Tally, summary
from ingestion.replay.trial import try_file
from ingestion.sources import claim_source
from ingestion.topics import create_topics

PATIENCE = 5  # seconds until a broker that does not answer is given up


@dataclass(frozen=True)
class ReplayReport:
    """What a replay did: `sent` events went to the broker now, the tally counts the whole file."""

    file: Path
    source: str
    tally: Tally
    rejects: Path
    sent: int = 0
    seconds: float = 0.0
    done_before: str = ""

    def sentences(self) -> list[str]:
        """The report in words."""
        said = [f"{self.file.name} as {self.source}", summary(self.tally.lines, "lines")]
        if self.tally.entries:
            said.append(summary(self.tally.entries, "catalogue entries"))
        if self.tally.rejected:
            said.append(f"rejected lines and their reasons: {self.rejects}")
        if self.done_before:
            return [*said, f"It was replayed on {self.done_before}; nothing was sent. --again sends it again."]
        rate = self.sent / max(self.seconds, 0.001)
        return [*said, f"{self.sent:,} events sent in {self.seconds:.1f} s ({rate:,.0f} a second)"]


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

    Raises Problem, which says what to do, and KeyboardInterrupt once what was sent is recorded.
    """
    pace, plan = Pace.of(speed), load_mapping(mapping)
    columns = open_table(file, plan.file).columns
    content = _new_content(file, plan, settings.home, again=again)
    place = StateFile.of(settings.home, plan.source, content.fingerprint)
    state = _state(place, plan, file, content, again=again)
    if state.is_complete:
        return ReplayReport(file, plan.source, Tally.of(state), place.rejects, done_before=state.completed_at)
    publisher = connect() if connect else _publisher(settings)
    claim_source(settings.home, plan.source, "replay", add=add_source)
    rejects, began = RejectsFile(place.rejects, columns), time.monotonic()
    try:
        with ReplayProgress(file.name) as progress:
            sender = Sender(publisher, state, place, rejects, pace, progress.sending)
            sender.send_all(replay_steps(file, plan, content.fingerprint, progress.reading))
    finally:
        rejects.close()
    return ReplayReport(file, plan.source, sender.tally, place.rejects, sender.sent, time.monotonic() - began)


def _publisher(settings: Settings) -> Publisher:
    """A publisher to a broker that answers and has the topics. Raises ReplayProblem."""
    broker = AdminClient({**librdkafka(settings), "log_level": 0})
    try:
        held = broker.list_topics(timeout=PATIENCE).topics
    except KafkaException:
        remedy = "Start the stack with ./retail up, or correct KAFKA_HOST and KAFKA_PORT."
        raise ReplayProblem(f"No Kafka broker answers at {settings.kafka_bootstrap}.", remedy) from None
    if not held.keys() >= TOPICS.keys():
        create_topics(settings)
    return Publisher(settings)


def _new_content(file: Path, plan: Mapping, home: Path, *, again: bool) -> Content:
    """The file's content. Raises ReplayProblem if it repeats a file that was sent and then goes on.

    Its lines would have other ids than before and count twice; ids made of fields (`event_id`) do not mind.
    """
    known = {state.fingerprint: state for state in known_states(home, plan.source) if plan.event_id == "line"}
    content = read_content(file, [state.size for state in known.values()])
    repeated = known.keys() & content.beginnings - {content.fingerprint}
    if repeated and not again:
        before = known[max(repeated, key=lambda name: known[name].size)]
        raise ReplayProblem(
            f"{file.name} begins with all of {Path(before.file).name}, which was sent: these lines would count twice.",
            "Replay a file of the new lines only, or let the mapping make event_id of fields (docs/own_files.md).",
        )
    return content


def _state(place: StateFile, plan: Mapping, file: Path, content: Content, *, again: bool) -> ReplayState:
    """The state to go on from. Raises ReplayProblem if the file was sent with a mapping that said something else."""
    saved, now = place.load(), mapping_hash(plan)
    if saved is None or again:
        return ReplayState(plan.source, str(file), content.fingerprint, now, content.size)
    if saved.mapping != now:
        raise ReplayProblem(
            f"{file.name} was sent as {plan.source} with a mapping that said something else. Events keep their ids, "
            "so those that changed would be quarantined as conflicting.",
            "Replay into another RETAIL_HOME, or give --again if what was sent does not change.",
        )
    return saved


def main(arguments: Iterable[str] | None = None) -> int:
    """Run as a program; the exit code is 0, 1 for a problem, 130 when interrupted."""
    given = _parser().parse_args(None if arguments is None else list(arguments))
    try:
        sys.stdout.write("\n".join(_run(given)) + "\n")
        return 0
    except Problem as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    except OSError as error:
        sys.stderr.write(f"{error.filename or given.file}: {error.strerror or error}.\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("Stopped. The same command goes on where this one ended.\n")
        return 130


def _run(given: argparse.Namespace) -> list[str]:
    if given.trial:
        return try_file(given.file, load_mapping(given.mapping))
    settings = load_settings()
    report = replay(
        given.file,
        given.mapping,
        settings,
        speed=given.speed,
        again=given.again,
        add_source=given.add_source,
    )
    return report.sentences()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./retail replay", description="Send a delimited or Parquet file as events.")
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--mapping", required=True, help="a mapping that ships with the project, or a YAML file")
    parser.add_argument("--trial", action="store_true", help="send nothing: show the first events and the rejects")
    parser.add_argument("--speed", default="max", help="max, or N times the events' own time")
    parser.add_argument("--again", action="store_true", help="send a file that was sent before")
    parser.add_argument("--add-source", action="store_true", help="put this source beside another one")
    return parser


if __name__ == "__main__":
    sys.exit(main())
