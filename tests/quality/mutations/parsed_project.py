"""The dbt project parsed once in this process: compiles its nodes, with any SQL in a model's place.

A run of dbt per mistake would take seconds for its start alone; what it does for one node takes a tenth of one.
"""

from copy import copy
from typing import Any

from dbt.adapters.factory import get_adapter
from dbt.cli.main import cli
from dbt.compilation import Compiler
from dbt.contracts.graph.manifest import Manifest
from dbt.task.test import TestRunner

from tests.dbt_project.warehouse_build import WarehouseBuild, environment
from tests.quality.mutations.unit_tests import UnitTest


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
        self._relations = {
            node.name: node.relation_name
            for node in (*self.manifest.nodes.values(), *self.manifest.sources.values())
            if node.resource_type in ("model", "seed", "source")
        }

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

    def unit_tests(self, model: str) -> list[UnitTest]:
        """The unit tests of a model."""
        tests = [test for test in self.manifest.unit_tests.values() if test.model == model]
        return [self._unit_test(test) for test in tests]

    def _unit_test(self, test: Any) -> UnitTest:
        runner = TestRunner(self._config, self._adapter, test, 1, 1)
        with self._adapter.connection_named("unit tests"):
            nodes = runner.build_unit_test_manifest_from_test(test, self.manifest)
            inputs = [node for unique_id, node in nodes.nodes.items() if unique_id != test.unique_id]
            given = {
                self._relations[node.name]: self._compiler.compile_node(node, nodes, {}, write=False).compiled_code
                for node in inputs
            }
        expected = test.expect.rows
        # As SQL, or as no row at all, every column of the model is expected.
        return UnitTest(test.name, given, list(expected[0]) if isinstance(expected, list) and expected else [])
