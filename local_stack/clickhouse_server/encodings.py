"""HTTP content encodings, both ways, as streams: gzip, deflate, zstd, lz4, xz, bz2."""

import bz2
import lzma
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Protocol

import lz4.frame
import zstandard

from local_stack.clickhouse_server.errors import ServerError


class Encoder(Protocol):
    """Turns chunks into encoded chunks; `finish` gives what is left."""

    def write(self, data: bytes) -> bytes: ...
    def finish(self) -> bytes: ...


class _Compressor:
    """An encoder over a standard compressor object (`compress`, `flush`)."""

    def __init__(self, compressor: Any, head: bytes = b"") -> None:
        self._compressor, self._head = compressor, head

    def write(self, data: bytes) -> bytes:
        head, self._head = self._head, b""
        return head + self._compressor.compress(data)

    def finish(self) -> bytes:
        head, self._head = self._head, b""
        return head + self._compressor.flush()


def _lz4(level: int) -> Encoder:
    compressor = lz4.frame.LZ4FrameCompressor(compression_level=0, auto_flush=True)
    return _Compressor(compressor, compressor.begin())


# Preferred first: the quick ones, since client and server share two cores.
_ENCODERS: dict[str, Callable[[int], Encoder]] = {
    "lz4": _lz4,
    "zstd": lambda level: _Compressor(zstandard.ZstdCompressor(level=min(level, 22)).compressobj()),
    "gzip": lambda level: _Compressor(zlib.compressobj(min(level, 9), wbits=31)),
    "deflate": lambda level: _Compressor(zlib.compressobj(min(level, 9))),
    "xz": lambda level: _Compressor(lzma.LZMACompressor(preset=min(level, 9))),
    "bz2": lambda level: _Compressor(bz2.BZ2Compressor(max(1, min(level, 9)))),
}


_SLICE = 4096  # bytes decoded at once: some encodings make a thousand times as much of it


def choose(accept_encoding: str) -> str:
    """The best encoding an `Accept-Encoding` header allows, '' for none."""
    allowed = {}
    for part in accept_encoding.lower().split(","):
        name, _, quality = part.strip().partition(";")
        allowed[name.strip()] = quality.replace(" ", "") not in ("q=0", "q=0.0")
    return next((name for name in _ENCODERS if allowed.get(name)), "")


def encoder(name: str, level: int) -> Encoder:
    """A new encoder for one answer."""
    return _ENCODERS[name](level)


def decode(chunks: Iterable[bytes], name: str) -> Iterator[bytes]:
    """The decoded body of a request. Raises code 89 for an encoding we do not know, 271 for damaged data."""
    if name in ("", "identity"):
        return iter(chunks)
    decoders: dict[str, Callable[[], Any]] = {
        "gzip": lambda: zlib.decompressobj(wbits=31),
        "x-gzip": lambda: zlib.decompressobj(wbits=31),
        "deflate": zlib.decompressobj,
        "zstd": lambda: zstandard.ZstdDecompressor().decompressobj(),
        "lz4": lz4.frame.LZ4FrameDecompressor,
        "xz": lzma.LZMADecompressor,
        "bz2": bz2.BZ2Decompressor,
    }
    if name not in decoders:
        raise ServerError(89, f"Unknown compression method '{name}'")
    return _decoded(_sliced(chunks, _SLICE), decoders[name])


def _sliced(chunks: Iterable[bytes], size: int) -> Iterator[bytes]:
    for chunk in chunks:
        for start in range(0, len(chunk), size):
            yield chunk[start : start + size]


def _decoded(chunks: Iterable[bytes], new_decoder: Callable[[], Any]) -> Iterator[bytes]:
    """Several compressed streams may follow each other, as gzip allows; the last one must be complete."""
    decoder = new_decoder()
    is_inside = False
    try:
        for chunk in chunks:
            while chunk:
                if decoder.eof:
                    decoder = new_decoder()
                data = decoder.decompress(chunk)
                is_inside = not decoder.eof
                chunk = decoder.unused_data or b"" if decoder.eof else b""
                if data:
                    yield data
    except (zlib.error, zstandard.ZstdError, RuntimeError, lzma.LZMAError, OSError, EOFError) as error:
        raise ServerError(271, f"Cannot decompress the request body: {error}") from None
    if is_inside:
        raise ServerError(271, "Cannot decompress the request body: it ends in the middle of the compressed data")
