"""Files are held against the schemas that they name, of a clone on this machine."""

import json
from collections.abc import Callable
from pathlib import Path

from powerbi.checks.project import Project
from powerbi.outside.schemas import schema_faults

PBIP = "fabric/pbip/pbipProperties/1.0.0/schema.json"


def test_a_file_that_does_not_fit_its_schema_is_named(tmp_path: Path, copy: Callable[[], Path]) -> None:
    """Fits, does not fit, and a schema that the clone has not."""
    clone = tmp_path / "clone"
    schema = {"properties": {"version": {"const": "1.0"}}, "required": ["version"]}
    (clone / PBIP).parent.mkdir(parents=True)
    (clone / PBIP).write_text(json.dumps(schema))
    folder = copy()
    said = list(schema_faults(Project(folder), clone))
    assert [one for one in said if one.startswith("RetailInventory.pbip")] == []
    assert any("visual.json: its schema" in one and "is not in" in one for one in said)
    pbip = folder / "RetailInventory.pbip"
    pbip.write_text(pbip.read_text().replace('"1.0"', '"2.0"'))
    assert "RetailInventory.pbip: $.version: '1.0' was expected" in list(schema_faults(Project(folder), clone))
