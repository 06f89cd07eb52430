"""Where backups are kept: the folder that the engine writes to, or another folder or bucket that they are copied to."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pyarrow as pa
from pyarrow import fs
from pydantic import ValidationError

from contracts.problems import Problem
from warehouse.backup.manifest import Manifest

_INDEX = ".backup"  # the engine's list of a backup's files: all that an incremental one reads of its base
_BLOCK = 1 << 20


class BackupStore:
    """Backups by name, each a folder and, when complete, `NAME.json`. Raises Problem where it does not answer."""

    def __init__(self, location: str, staging: Path) -> None:
        """`location` is a path or a URI (`s3://…`); `staging` the folder that the engine writes and reads."""
        self.staging = staging
        self.location = _shown(location)
        with self._explained():
            staging.mkdir(parents=True, exist_ok=True)
            if "://" not in location:
                Path(location).mkdir(parents=True, exist_ok=True)
            self._files, self._root = fs.FileSystem.from_uri(location)

    @property
    def is_staging(self) -> bool:
        """Whether backups stay where the engine writes them."""
        return isinstance(self._files, fs.LocalFileSystem) and Path(self._root).resolve() == self.staging.resolve()

    def manifests(self) -> list[Manifest]:
        """Of every complete backup, the oldest first."""
        names = sorted(name.removesuffix(".json") for name in self._entries() if name.endswith(".json"))
        return [self.manifest(name) for name in names]

    def incomplete(self) -> list[str]:
        """Names of backups that were cut short."""
        entries = self._entries()
        folders = {name for name in entries if not name.endswith(".json") and not name.startswith(".")}
        return sorted(name for name in folders if f"{name}.json" not in entries)

    def manifest(self, name: str) -> Manifest:
        """What a backup holds."""
        with self._explained():
            if self._files.get_file_info(f"{self._root}/{name}.json").type != fs.FileType.File:
                raise self._missing(name)
            with self._files.open_input_stream(f"{self._root}/{name}.json") as stream:
                text = stream.read()
        try:
            return Manifest.model_validate_json(text)
        except ValidationError:
            raise Problem(f"{self.location}/{name}.json is no manifest of a backup.", "Choose another one.") from None

    def made_by(self, instant: datetime) -> list[Manifest]:
        """Complete backups made at or before an instant (UTC), the oldest first."""
        return [manifest for manifest in self.manifests() if manifest.made_at <= instant]

    def chain(self, name: str) -> list[Manifest]:
        """The backup and what it builds on, the full one last. Raises Problem if one is not there."""
        found = [self.manifest(name)]
        while found[-1].base:
            try:
                found.append(self.manifest(found[-1].base))
            except Problem:
                raise Problem(
                    f"{name} builds on {found[-1].base}, which is not in {self.location}.",
                    "Bring it back, or restore another one: ./retail backups.",
                ) from None
        return found

    def keep(self, manifest: Manifest) -> None:
        """Take in what the engine has written; the manifest comes last."""
        try:
            with self._explained():
                if not self.is_staging:
                    self._upload(self.staging / manifest.name, f"{self._root}/{manifest.name}")
                with self._files.open_output_stream(f"{self._root}/{manifest.name}.json") as stream:
                    stream.write(manifest.model_dump_json(indent=1).encode())
        finally:
            self.tidy([manifest.name])

    def bring(self, names: list[str], only_index: bool = False) -> None:
        """Put backups where the engine reads them, or only what an incremental backup reads of its base."""
        if self.is_staging:
            return
        with self._explained():
            for name in names:
                there = f"{self._root}/{name}"
                files = [f"{there}/{_INDEX}"] if only_index else self._files_below(there)
                for file in files:
                    self._download(file, self.staging / name / file.removeprefix(f"{there}/"))

    def tidy(self, names: list[str]) -> None:
        """Take away what `bring` or the engine put into the staging folder, if it is kept elsewhere."""
        for name in [] if self.is_staging else names:
            shutil.rmtree(self.staging / name, ignore_errors=True)

    def forget(self, before: datetime) -> list[str]:
        """Delete backups made before an instant (UTC) that no younger one builds on, the newest first; their names."""
        all_made = self.manifests()
        needed = {link.name for one in all_made if one.made_at >= before for link in self.chain(one.name)}
        old = [one.name for one in reversed(all_made) if one.made_at < before and one.name not in needed]
        for name in old:
            with self._explained():
                self._files.delete_file(f"{self._root}/{name}.json")
            self.discard(name)
        return old

    def discard(self, name: str) -> None:
        """Take away what an attempt left, wherever it lies."""
        shutil.rmtree(self.staging / name, ignore_errors=True)
        with self._explained():
            if self._files.get_file_info(f"{self._root}/{name}").type == fs.FileType.Directory:
                self._files.delete_dir(f"{self._root}/{name}")

    def _upload(self, here: Path, there: str) -> None:
        """By streams of our own: pyarrow's `copy_files` says nothing of an upload that failed."""
        for file in (path for path in here.rglob("*") if path.is_file()):
            place = f"{there}/{file.relative_to(here).as_posix()}"
            self._files.create_dir(place.rpartition("/")[0], recursive=True)
            with file.open("rb") as source, self._files.open_output_stream(place) as target:
                shutil.copyfileobj(source, target, _BLOCK)

    def _download(self, there: str, here: Path) -> None:
        here.parent.mkdir(parents=True, exist_ok=True)
        with self._files.open_input_stream(there) as source, here.open("wb") as target:
            shutil.copyfileobj(source, target, _BLOCK)

    def _files_below(self, place: str) -> list[str]:
        found = self._files.get_file_info(fs.FileSelector(place, recursive=True))
        return [info.path for info in found if info.type == fs.FileType.File]

    def _entries(self) -> set[str]:
        with self._explained():
            found = self._files.get_file_info(fs.FileSelector(self._root, allow_not_found=True))
        return {info.base_name for info in found}

    def _missing(self, name: str) -> Problem:
        what = "was cut short" if name in self.incomplete() else "is not there"
        return Problem(f"The backup {name} {what} ({self.location}).", "Choose another one: ./retail backups.")

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (pa.ArrowException, OSError) as error:
            said = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
            remedy = "Correct --to, --from or RETAIL_BACKUPS; S3 reads its keys from the usual AWS variables."
            raise Problem(f"Backups at {self.location} cannot be read or written: {said}", remedy) from error


def _shown(location: str) -> str:
    """The place as it may be printed: a URI may hold keys, and options that say nothing to a reader."""
    return re.sub(r"//[^/@]*@", "//", location.partition("?")[0]) if "://" in location else location
