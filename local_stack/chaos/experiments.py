"""The two experiments: a log that is disturbed, and machines that are killed while it is landed."""

import random
from collections import Counter
from dataclasses import dataclass, field

from ingestion.simulation.message import Message
from local_stack.chaos import laws
from local_stack.chaos.data_faults import Disturbed, disturbed
from local_stack.chaos.history import Timed, clean_history, parts
from local_stack.chaos.laboratory import Laboratory
from local_stack.chaos.laws import Law
from local_stack.chaos.schedule import Fault, drawn_strikes
from local_stack.chaos.striking import Build, Struck, Tell, land_under
from local_stack.chaos.waiting import wait_until
from quality.model_copies import keep_models

CLEAN, DISTURBED, STRUCK = "clean_", "disturbed_", "struck_"  # prefixes of the databases that keep the models
LOADS = 2  # in which the disturbed log arrives, with a build after each
_LANDING_S = 300


@dataclass
class Outcome:
    """What one seed did, and what came of it."""

    seed: int
    clean: int
    bad: Disturbed
    reasons: Counter[str] = field(default_factory=Counter)  # of the quarantine
    data_laws: list[Law] = field(default_factory=list)
    strikes: list[Struck] = field(default_factory=list)
    machine_laws: list[Law] = field(default_factory=list)

    @property
    def broken(self) -> list[Law]:
        """The laws that do not hold."""
        return [law for law in (*self.data_laws, *self.machine_laws) if not law.holds]


@dataclass
class Experiments:
    """Over one stack of which nothing is precious; `build` builds the models over what raw holds."""

    lab: Laboratory
    build: Build
    tell: Tell = lambda _said: None

    def both(self, seed: int, events: int, size: str = "small", faults: tuple[Fault, ...] | None = None) -> Outcome:
        """The disturbed log against the clean one, then the machines' faults (or these) over the disturbed log."""
        self.tell(f"A clean history of {events:,} events, and the same disturbed (seed {seed})")
        clean = clean_history(seed, events, size)
        outcome = Outcome(seed, len(clean), disturbed(clean, random.Random(f"data {seed}")))
        self.data_faults(outcome, clean)
        self.machine_faults(outcome, faults)
        return outcome

    def data_faults(self, outcome: Outcome, clean: list[Timed]) -> None:
        """Land and build the clean log, then the disturbed one in several loads; the laws of both."""
        lab, bad, chance = self.lab, outcome.bad, random.Random(f"loads {outcome.seed}")
        self.tell("The clean log: landed and built")
        self._undisturbed([[timed.message for timed in clean]], CLEAN)
        cuts = [chance.uniform(0.2, 0.8) for _ in range(LOADS - 1)]
        self.tell(f"The disturbed log: {len(bad.messages):,} messages in {LOADS} loads, built after each")
        self._undisturbed(list(parts(bad.messages, cuts)), DISTURBED)
        outcome.reasons = laws.quarantined_reasons(lab)
        outcome.data_laws = [
            laws.raw_is_the_log(lab),
            laws.raw_holds_the_extra(lab, outcome.clean, bad),
            laws.quarantine_holds_the_corrupted(lab, bad),
            laws.quarantine_says_why(bad, outcome.reasons),
            laws.copies_are_duplicates(lab, bad),
            laws.models_are_equal(lab, "models are those of the clean log", CLEAN, DISTURBED, laws.ROWS_OF_EVENTS),
        ]
        self._tell_laws(outcome.data_laws)

    def machine_faults(self, outcome: Outcome, faults: tuple[Fault, ...] | None = None) -> None:
        """Land the log that Kafka holds once more, under strikes; the models must be those kept as DISTURBED."""
        lab, messages = self.lab, len(outcome.bad.messages)
        strikes = drawn_strikes(random.Random(f"strikes {outcome.seed}"), messages, faults)
        self.tell(f"The same log again, with {len(strikes)} faults of the machines")
        lab.forget_landing()
        lab.drop_models()
        outcome.strikes = land_under(lab, strikes, messages, self.build, self.tell)
        self._build_and_keep(STRUCK)
        outcome.machine_laws = [
            laws.raw_is_the_log(lab),
            laws.models_are_equal(lab, "models are those of the undisturbed run", DISTURBED, STRUCK),
            laws.live_windows_are_raw(lab),
        ]
        self._tell_laws(outcome.machine_laws)

    def _undisturbed(self, loads: list[list[Message]], prefix: str) -> None:
        lab, sent = self.lab, 0
        lab.empty()
        lab.drop_models()
        lab.start_streaming()
        for number, load in enumerate(loads, start=1):
            lab.send(load)
            sent += len(load)
            wait_until(lambda so_far=sent: lab.landed() == so_far, _LANDING_S, f"{sent:,} messages to land", 0.2)
            wait_until(lab.has_caught_up, _LANDING_S, "the streams to commit them", 0.5)
            if number < len(loads):
                self.build()
        lab.stop_streaming()
        self._build_and_keep(prefix)

    def _tell_laws(self, of_experiment: list[Law]) -> None:
        broken = [law for law in of_experiment if not law.holds]
        self.tell(f"{len(of_experiment) - len(broken)} of {len(of_experiment)} laws hold")
        for law in broken:
            self.tell(f"broken: {law.says}; {law.broken[0]}")

    def _build_and_keep(self, prefix: str) -> None:
        self.build()
        keep_models(self.lab.client, prefix)
