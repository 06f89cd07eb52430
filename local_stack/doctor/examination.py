"""Every check, one after the other; what cannot be looked at is said and not guessed."""

from collections.abc import Iterator
from typing import Any

from clickhouse_connect.driver.exceptions import ClickHouseError

from contracts.problems import Problem
from contracts.settings import Settings
from local_stack.doctor import data, machine, services
from local_stack.doctor.findings import Finding, State, broken, warn
from warehouse.client import connect

_NOT_MADE = ("UNKNOWN_TABLE", "UNKNOWN_DATABASE")


def examine(settings: Settings) -> Iterator[tuple[str, Finding]]:
    """The name of each check and what it found, in the order in which one mends."""
    for name, check in (machine.CHECKS | services.CHECKS).items():
        yield name, _found(check, settings)
    try:
        client = connect(settings, "reader")
    except Problem:
        yield "data", warn(f"not looked at: {', '.join(data.CHECKS)}", "First let ClickHouse answer")
        return
    for name, check in data.CHECKS.items():
        yield name, _found(check, settings, client)


def worst(findings: list[Finding]) -> State:
    """The state of the whole."""
    return max((one.state for one in findings), key=list(State).index)


def _found(check: Any, *arguments: object) -> Finding:
    try:
        return check(*arguments)
    except Problem as problem:
        return broken(problem.what.rstrip("."), problem.remedy)
    except ClickHouseError as error:
        said = str(error).strip().splitlines()[0]
        if any(word in said for word in _NOT_MADE):
            return warn("not made yet", "./retail up makes tables, ./retail dbt build the models")
        return broken(said[:200], "./retail logs clickhouse")
    except OSError as error:
        return broken(str(error), "./retail status")
