"""Artefacts come back as they were put."""

from pathlib import Path

import pytest

from contracts.problems import Problem
from spark_jobs.forecasting.model_store import ModelStore
from tests.s3_server import s3_server


def _package(folder: Path) -> Path:
    (folder / "models" / "one").mkdir(parents=True)
    (folder / "models" / "one" / "trees.ubj").write_bytes(b"\x00trees")
    (folder / "release.json").write_text("{}")
    return folder


@pytest.mark.parametrize("scheme", ["", "file://"])
def test_a_folder_is_a_store(tmp_path: Path, scheme: str) -> None:
    """A path and its URI are the same place; nothing has to be there before."""
    store = ModelStore(f"{scheme}{tmp_path}/far/away", tmp_path / "cache")
    assert store.put("r1", _package(tmp_path / "package")) == f"{scheme}{tmp_path}/far/away/r1"
    kept = store.fetch("r1")
    assert (kept / "models" / "one" / "trees.ubj").read_bytes() == b"\x00trees"
    assert not (tmp_path / "cache").exists()


def test_half_a_release_is_none(tmp_path: Path) -> None:
    """What was interrupted before its last file is not there, nor is what never was."""
    store = ModelStore(str(tmp_path / "store"), tmp_path / "cache")
    package = _package(tmp_path / "package")
    store.put("r1", package)
    (tmp_path / "store" / "r1" / "release.json").unlink()
    for name in ("r1", "r2"):
        with pytest.raises(Problem, match=f"no release {name}"):
            store.fetch(name)


def test_a_store_that_cannot_be_is_explained(tmp_path: Path) -> None:
    """An unknown scheme is a sentence, not a traceback."""
    with pytest.raises(Problem, match="does not answer"):
        ModelStore("floppy://a", tmp_path)


@pytest.mark.long
def test_a_bucket_is_a_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A release put into S3 comes back to another machine's cache, byte for byte; half a release is none."""
    with s3_server(tmp_path / "s3", "models") as s3:
        for name, value in s3.environment().items():
            monkeypatch.setenv(name, value)
        address = ModelStore("s3://models/shop", tmp_path / "here").put("r1", _package(tmp_path / "package"))
        elsewhere = ModelStore("s3://models/shop", tmp_path / "there")
        assert address == "s3://models/shop/r1"
        assert (elsewhere.fetch("r1") / "models" / "one" / "trees.ubj").read_bytes() == b"\x00trees"
        s3.files().delete_file("models/shop/r1/release.json")
        with pytest.raises(Problem, match="no release r1"):
            ModelStore("s3://models/shop", tmp_path / "third").fetch("r1")


@pytest.mark.long
def test_a_bucket_that_is_not_ours_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong key is a sentence that names the variable to look at, and not the key."""
    with s3_server(tmp_path / "s3", "models") as s3:
        for name, value in (s3.environment() | {"AWS_SECRET_ACCESS_KEY": "wrong-secret"}).items():
            monkeypatch.setenv(name, value)
        with pytest.raises(Problem, match="does not answer") as said:
            ModelStore("s3://models/shop", tmp_path / "here").put("r1", _package(tmp_path / "package"))
        assert "AWS" in str(said.value.remedy) and "wrong-secret" not in str(said.value)
