"""Judge a mistake: does a test turn red? Unit tests first; then the rows over all worlds, down the lineage."""

from collections.abc import Iterator
from typing import Any

from clickhouse_connect.driver.exceptions import ClickHouseError

from quality.mutations.verdicts import BUILD, BY_HAND, CONTRACT, DATA, NOT_RUNNABLE, SURVIVED, UNIT, Verdict
from tests.dbt_project.warehouse_build import WarehouseBuild
from tests.quality.mutations.parsed_project import ParsedProject
from tests.quality.mutations.unit_tests import UnitTest
from tests.quality.mutations.worlds import differences_known
from warehouse.content_hash import comparable

SCRATCH = "mutant"


class Judge:
    """Over a warehouse that holds all worlds, built without a mistake."""

    def __init__(self, build: WarehouseBuild) -> None:
        self._build, self._project = build, ParsedProject(build)
        self._hashes: dict[str, str] = {}
        self._types: dict[str, list[tuple[str, str]]] = {}
        self._was_red: dict[str, bool] = {}
        self._known: dict[str, set[str]] = {}
        self._compiled: dict[str, str] = {}
        self._unit_tests: dict[str, list[UnitTest]] = {}
        self._order = self._topological()
        self._command(f"create database if not exists `{SCRATCH}`")

    def verdict(self, model: str, sql: str) -> Verdict:
        """What becomes of a model with this SQL."""
        try:
            compiled = self._project.compiled(model, sql)
            types = self._described(compiled)
        except Exception as error:
            return Verdict(NOT_RUNNABLE, _shortly(error))
        if self._has_contract(model) and types != self._types_of(model):
            return Verdict(CONTRACT, _first_difference(types, self._types_of(model)))
        try:
            red = self._failing_unit_test(model, compiled)
            return Verdict(UNIT, red) if red else self._verdict_of_worlds(model, compiled)
        except ClickHouseError as error:
            return self._of_error(compiled, error)
        finally:
            self._clean()

    def _of_error(self, compiled: str, error: ClickHouseError) -> Verdict:
        """An error while rows are read is a build that turns red; one without any row is SQL that nobody runs."""
        try:
            self._command(f"explain plan {compiled}")
        except ClickHouseError:
            return Verdict(NOT_RUNNABLE, _shortly(error))
        return Verdict(BUILD, _shortly(error))

    def _failing_unit_test(self, model: str, compiled: str) -> str:
        """The first unit test that is red; empty if none is. What found one mistake is likely to find the next."""
        if model not in self._unit_tests:
            self._unit_tests[model] = self._project.unit_tests(model)
        tests = self._unit_tests[model]
        for test in tests:
            if test.is_red(self._original(model), compiled, self._rows):
                tests.remove(test)
                tests.insert(0, test)
                return test.name
        return ""

    def _verdict_of_worlds(self, model: str, compiled: str) -> Verdict:
        changed: set[str] = set()
        for name in self._downstream(model):
            parents = changed & self._parents(name)
            if name != model and not parents:
                continue
            sql = compiled if name == model else self._over_scratch(self._original(name), changed)
            if self._is_other(name, sql):
                changed.add(name)
                if red := self._red(name, changed):
                    return red
        return Verdict(SURVIVED, f"changes {', '.join(sorted(changed))}" if changed else "changes no row of any world")

    def _is_other(self, model: str, sql: str) -> bool:
        self._command(f"create or replace table `{SCRATCH}`.`{model}` engine = Memory as {sql}")
        if model not in self._hashes:
            self._hashes[model] = self._hash(self._relation(model), model)
        return self._hash(f"`{SCRATCH}`.`{model}`", model) != self._hashes[model]

    def _red(self, model: str, changed: set[str]) -> Verdict | None:
        """What is red now that this model has changed too."""
        if model not in self._known:
            self._known[model] = differences_known(self._build, model, self._database)
        there = differences_known(self._build, model, lambda name: SCRATCH if name in changed else self._database(name))
        if new := there - self._known[model]:
            return Verdict(BY_HAND, min(new)[:200])
        for test in self._tests(model):
            if self._is_red(test, changed) and not self._is_red_anyway(test):
                return Verdict(DATA, test.name)
        return None

    def _tests(self, model: str) -> Iterator[Any]:
        for unique_id in self._project.manifest.child_map[self._project.models[model].unique_id]:
            node = self._project.manifest.nodes.get(unique_id)
            if node is not None and node.resource_type == "test" and node.config.severity.lower() == "error":
                yield node

    def _is_red_anyway(self, test: Any) -> bool:
        if test.unique_id not in self._was_red:
            self._was_red[test.unique_id] = self._is_red(test, set())
        return self._was_red[test.unique_id]

    def _is_red(self, test: Any, changed: set[str]) -> bool:
        if test.unique_id not in self._compiled:
            self._compiled[test.unique_id] = self._project.compiled_test(test)
        sql = self._over_scratch(self._compiled[test.unique_id], changed)
        try:
            return bool(self._rows(f"select count() from ({sql})")[0][0])
        except ClickHouseError:
            return True

    def _original(self, model: str) -> str:
        if model not in self._compiled:
            self._compiled[model] = self._project.compiled(model, self._project.models[model].raw_code)
        return self._compiled[model]

    def _over_scratch(self, sql: str, changed: set[str]) -> str:
        for name in changed:
            sql = sql.replace(self._relation(name), f"`{SCRATCH}`.`{name}`")
        return sql

    def _hash(self, relation: str, model: str) -> str:
        row = (
            f"sipHash64(tuple({', '.join(comparable(*column) for column in self._types_of(model) if _counts(column))}))"
        )
        return str(self._rows(f"select count(), sum({row}), sum(cityHash64({row})) from {relation}"))

    def _types_of(self, model: str) -> list[tuple[str, str]]:
        if model not in self._types:
            self._types[model] = self._described(self._original(model))
        return self._types[model]

    def _described(self, sql: str) -> list[tuple[str, str]]:
        return [(row[0], row[1]) for row in self._rows(f"describe table ({sql})")]

    def _has_contract(self, model: str) -> bool:
        return self._project.models[model].config.contract.enforced

    def _relation(self, model: str) -> str:
        return self._project.models[model].relation_name

    def _database(self, model: str) -> str:
        return self._project.models[model].schema

    def _parents(self, model: str) -> set[str]:
        nodes = self._project.models[model].depends_on.nodes  # sources among them may be called like models
        return {unique_id.rpartition(".")[2] for unique_id in nodes if unique_id.startswith("model.")}

    def _downstream(self, model: str) -> list[str]:
        """The model and all that follow from it, in an order in which they can be built."""
        found = {model}
        for name in self._order:
            if self._parents(name) & found:
                found.add(name)
        return [name for name in self._order if name in found]

    def _topological(self) -> list[str]:
        left, found = dict(self._project.models), []
        while left:
            ready = [name for name in left if not self._parents(name) & left.keys()]
            found += ready
            for name in ready:
                del left[name]
        return found

    def _clean(self) -> None:
        for (table,) in self._rows(f"select name from system.tables where database = '{SCRATCH}'"):
            self._command(f"drop table `{SCRATCH}`.`{table}` sync")

    def _rows(self, query: str) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in self._build.client.query(query, settings=self._project.settings).result_rows]

    def _command(self, query: str) -> None:
        self._build.client.command(query, settings=self._project.settings)


def _counts(column: tuple[str, str]) -> bool:
    return not column[0].endswith("_loaded_at")


def _shortly(error: Exception) -> str:
    return " ".join(str(error).split())[:160]


def _first_difference(types: list[tuple[str, str]], wanted: list[tuple[str, str]]) -> str:
    return next(
        (f"{name} would be {kind}" for name, kind in types if (name, kind) not in wanted), "columns are missing"
    )
