"""The dbt project parsed once in this process: compiles its nodes and runs unit tests, with any SQL in a model's place.

A run of dbt per mistake would take seconds for its start alone; what it does for one node takes a tenth of one.
"""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from typing import Any

from dbt.adapters.factory import get_adapter
from dbt.cli.main import cli
from dbt.compilation import Compiler
from dbt.contracts.graph.manifest import Manifest
from dbt.task.test import TestRunner

from tests.dbt_project.warehouse_build import WarehouseBuild, environment


class ParsedProject:
    """Nodes by their unique ids, as dbt's manifest has them, over a warehouse that is built."""

    def __init__(self, build: WarehouseBuild) -> None:
        shared: dict[str, Any] = {"manifest": None, "callbacks": [], "dbt_runner_command_args": []}
        with environment(build.environment()):
            context = cli.make_context(cli.name, ["compile", "--full-refresh", "--quiet", "--no-write-json"])
            context.obj = shared
            cli.invoke(context)
        self._config = shared["runtime_config"]
        self._compiler = Compiler(self._config)
        self._adapter = get_adapter(self._config)
        self.manifest: Manifest = shared["manifest"]
        self.settings: dict[str, Any] = self._config.credentials.custom_settings
        self.models = {node.name: node for node in self.manifest.nodes.values() if node.resource_type == "model"}
        self.unit_tests: dict[str, list[Any]] = defaultdict(list)
        for test in self.manifest.unit_tests.values():
            self.unit_tests[test.model].append(test)

    def compiled(self, model: str, sql: str) -> str:
        """What ClickHouse gets if a model has this SQL. Raises dbt's exceptions."""
        node = copy(self.models[model])
        node.raw_code = sql
        with self._adapter.connection_named("compile"):
            return self._compiler.compile_node(node, self.manifest, {}, write=False).compiled_code or ""

    def compiled_test(self, test: Any) -> str:
        """The query of a data test."""
        with self._adapter.connection_named("compile"):
            return self._compiler.compile_node(copy(test), self.manifest, {}, write=False).compiled_code or ""

    def failing_unit_test(self, model: str, sql: str) -> str:
        """The first unit test of a model that is red, or does not run, with this SQL; empty if all are green."""
        with self._in_place(model, sql):
            tests = self.unit_tests[model]
            for test in list(tests):
                if self._is_red(test):
                    tests.remove(test)
                    tests.insert(0, test)  # what found one mistake is likely to find the next
                    return test.name
        return ""

    @contextmanager
    def _in_place(self, model: str, sql: str) -> Iterator[None]:
        node = self.models[model]
        kept, node.raw_code = node.raw_code, sql
        try:
            yield
        finally:
            node.raw_code = kept

    def _is_red(self, test: Any) -> bool:
        runner = TestRunner(self._config, self._adapter, test, 1, 1)
        with self._adapter.connection_named(test.unique_id):
            # dbt leaves it to the end of its session, and ours goes on.
            self._adapter.execute(f"drop temporary table if exists `{test.name}__dbt_tmp`")
            try:
                return str(runner.execute(test, self.manifest).status) != "pass"
            except Exception:
                return True
