"""Hands figures to Great Expectations: a checkpoint per suite, in a context that lives in memory; and its Data Docs."""

import logging
import warnings
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import great_expectations as gx
import pandas as pd
from great_expectations.core.expectation_validation_result import ExpectationValidationResult
from great_expectations.core.run_identifier import RunIdentifier
from great_expectations.data_context import EphemeralDataContext
from great_expectations.data_context.types.base import ProgressBarsConfig

from contracts.problems import Problem
from contracts.settings import NO_TELEMETRY, hand_on
from quality.gates.offline_docs import first_page, without_network
from quality.gates.suites import Suite
from quality.gates.verdicts import Verdict, verdict_of

SITE = "quality"
_SHOWN = 20  # unexpected figures that a page lists


class Checkpoints:
    """One run of a gate: the same run id for all its suites."""

    def __init__(self, gate: str, run_at: datetime) -> None:
        hand_on(NO_TELEMETRY)
        logging.getLogger("great_expectations").setLevel(logging.ERROR)
        warnings.filterwarnings("ignore", module="great_expectations")
        self._context: EphemeralDataContext = gx.get_context(mode="ephemeral")
        self._context.variables.progress_bars = ProgressBarsConfig(globally=False)
        self._figures = self._context.data_sources.add_pandas("figures")
        self._run = RunIdentifier(run_name=f"{gate}-{run_at:%Y%m%dT%H%M%S}", run_time=run_at)

    @property
    def run_id(self) -> str:
        """Names the run."""
        return str(self._run.run_name)

    def judge(self, suites: Iterable[Suite]) -> list[Verdict]:
        """Measure and judge suite by suite. Raises Problem where an expectation could not be judged."""
        return [verdict for suite in suites for verdict in self._judged(suite, suite.measure())]

    def build_docs(self, folder: Path, verdicts: Iterable[Verdict]) -> Path:
        """The Data Docs site of what was judged; gives its first page: ours, for theirs needs scripts."""
        store = {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(folder)}
        self._context.add_data_docs_site(
            SITE,
            {
                "class_name": "SiteBuilder",
                "store_backend": store,
                "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
                "show_how_to_buttons": False,
            },
        )
        self._context.build_data_docs(site_names=[SITE])
        for page in folder.rglob("*.html"):
            page.write_text(without_network(page.read_text()))
        runs = folder / "validations"
        pages = {page.relative_to(runs).parts[0]: str(page.relative_to(folder)) for page in runs.rglob("*.html")}
        index = folder / "index.html"
        index.write_text(first_page(self.run_id, verdicts, pages))
        return index

    def _judged(self, suite: Suite, figures: pd.DataFrame) -> list[Verdict]:
        batch = self._figures.add_dataframe_asset(suite.name).add_batch_definition_whole_dataframe("batch")
        expected = self._context.suites.add(gx.ExpectationSuite(suite.name, expectations=list(suite.expectations)))
        definition = gx.ValidationDefinition(name=suite.name, data=batch, suite=expected)
        self._context.validation_definitions.add(definition)
        checkpoint = self._context.checkpoints.add(
            gx.Checkpoint(name=suite.name, validation_definitions=[definition], result_format=_result_format(suite))
        )
        result = checkpoint.run(batch_parameters={"dataframe": figures}, run_id=self._run)
        [validation] = result.run_results.values()
        return [verdict_of(suite, figures, _without_error(suite, found)) for found in validation.results]


def _result_format(suite: Suite) -> dict[str, object]:
    return {
        "result_format": "COMPLETE",
        "unexpected_index_column_names": list(suite.subject),
        "partial_unexpected_count": _SHOWN,
        "include_unexpected_rows": False,
    }


def _without_error(suite: Suite, result: ExpectationValidationResult) -> ExpectationValidationResult:
    """An exception inside Great Expectations is no verdict on data."""
    info = result.exception_info or {}
    raised = [info] if "raised_exception" in info else list(info.values())
    for one in raised:
        if one.get("raised_exception"):
            raise Problem(f"{suite.name} could not be judged: {one.get('exception_message')}")
    return result
