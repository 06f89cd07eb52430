"""Where released artefacts are kept: a folder, or any file system that pyarrow knows by URI (S3)."""

import shutil
from pathlib import Path

import pyarrow as pa
from pyarrow import fs

from contracts.problems import Problem

_COMPLETE = "release.json"  # put last: a release without it is not there
_REMEDY = "Correct RETAIL_MODEL_STORE; S3 reads its keys from the usual AWS variables."


class ModelStore:
    """Folders by the id of their release. Whoever reads or writes it gets a Problem where it does not answer."""

    def __init__(self, location: str, cache: Path) -> None:
        """`location` is a path or a URI; what is not local is brought into `cache` once."""
        self.location = location
        self._cache = cache
        try:
            self._files, self._root = fs.FileSystem.from_uri(location)
        except (pa.ArrowException, OSError) as error:
            raise _unreachable(location, error) from error

    def put(self, release_id: str, folder: Path) -> str:
        """Copy a folder, with its release.json, under the id; gives its address."""
        place = f"{self._root}/{release_id}"
        try:
            for part in _parts(folder):
                self._write(part, f"{place}/{part.relative_to(folder).as_posix()}")
        except (pa.ArrowException, OSError) as error:
            raise _unreachable(self.location, error) from error
        return f"{self.location.rstrip('/')}/{release_id}"

    def _write(self, part: Path, place: str) -> None:
        """By a stream of our own: pyarrow's `copy_files` says nothing of an upload that failed."""
        self._files.create_dir(place.rpartition("/")[0], recursive=True)
        with part.open("rb") as source, self._files.open_output_stream(place) as target:
            shutil.copyfileobj(source, target)

    def fetch(self, release_id: str) -> Path:
        """A local folder with what was put. Raises Problem if it is not there."""
        place = f"{self._root}/{release_id}"
        try:
            if self._files.get_file_info(f"{place}/{_COMPLETE}").type != fs.FileType.File:
                raise Problem(
                    f"{self.location} has no release {release_id}.", "Train one: ./retail train, or roll back."
                )
            return Path(place) if isinstance(self._files, fs.LocalFileSystem) else self._brought(release_id, place)
        except (pa.ArrowException, OSError) as error:
            raise _unreachable(self.location, error) from error

    def _brought(self, release_id: str, place: str) -> Path:
        folder = self._cache / release_id
        if not folder.exists():
            part = self._cache / f"{release_id}.part"
            part.mkdir(parents=True, exist_ok=True)
            fs.copy_files(place, str(part), source_filesystem=self._files, destination_filesystem=fs.LocalFileSystem())
            part.rename(folder)
        return folder


def _parts(folder: Path) -> list[Path]:
    """Every file, the one that completes the release last."""
    return sorted(
        (path for path in folder.rglob("*") if path.is_file()), key=lambda path: (path.name == _COMPLETE, path)
    )


def _unreachable(location: str, error: Exception) -> Problem:
    said = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    return Problem(f"The model store {location} does not answer: {said}", _REMEDY)
