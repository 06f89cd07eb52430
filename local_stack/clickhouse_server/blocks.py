"""ClickHouse's own compressed blocks (`compress=1`, `decompress=1`): 16 bytes of CityHash128 1.0.2 over what follows,
one byte of method, compressed size with these 9 bytes, plain size, data. Seen: CompressedReadBufferBase.cpp."""

import struct
from collections.abc import Iterable, Iterator

import lz4.block
import zstandard
from clickhouse_cityhash.cityhash import CityHash128

from local_stack.clickhouse_server.errors import ServerError

_LZ4, _ZSTD, _NONE = 0x82, 0x90, 0x02
_HEADER = struct.Struct("<BII")
_CHECKSUM = struct.Struct("<QQ")
_BLOCK = 1 << 20  # plain bytes of one block, as ClickHouse cuts them
_MAX_BLOCK = 1 << 28  # of what others send; clients make blocks of about 1 MiB


class BlockEncoder:
    """Cuts an answer into LZ4 blocks; whatever a `write` brings leaves at once."""

    def write(self, data: bytes) -> bytes:
        """`data` as one or more blocks."""
        return b"".join(_block(data[start : start + _BLOCK]) for start in range(0, len(data), _BLOCK))

    def finish(self) -> bytes:
        """Nothing: every block is complete."""
        return b""


def _block(plain: bytes) -> bytes:
    packed = lz4.block.compress(plain, store_size=False)
    framed = _HEADER.pack(_LZ4, len(packed) + _HEADER.size, len(plain)) + packed
    return _checksum(framed) + framed


def _checksum(framed: bytes) -> bytes:
    number = CityHash128(framed)
    return _CHECKSUM.pack(number >> 64, number & 0xFFFFFFFFFFFFFFFF)


def decode_blocks(chunks: Iterable[bytes], verify: bool = True) -> Iterator[bytes]:
    """The plain data of a body made of blocks. Raises 40 for a wrong checksum, 271 for damage, 89 for the method."""
    buffer = bytearray()
    for chunk in chunks:
        buffer += chunk
        while (size := _block_size(buffer)) and len(buffer) >= size:
            framed = bytes(buffer[_CHECKSUM.size : size])
            if verify and _checksum(framed) != bytes(buffer[: _CHECKSUM.size]):
                raise ServerError(40, "Checksum doesn't match: corrupted data in the request body")
            yield _plain(framed)
            del buffer[:size]
    if buffer:
        raise ServerError(271, "Cannot decompress: the request body ends in the middle of a compressed block")


def _block_size(buffer: bytearray) -> int:
    """Bytes of the first block with its checksum, 0 while its header is incomplete."""
    if len(buffer) < _CHECKSUM.size + _HEADER.size:
        return 0
    _, packed, plain = _HEADER.unpack_from(buffer, _CHECKSUM.size)
    if not _HEADER.size <= packed <= _MAX_BLOCK or plain > _MAX_BLOCK:
        raise ServerError(271, "Cannot decompress: the request body is not made of ClickHouse's compressed blocks")
    return _CHECKSUM.size + packed


def _plain(framed: bytes) -> bytes:
    method, _, size = _HEADER.unpack_from(framed)
    packed = framed[_HEADER.size :]
    try:
        if method == _LZ4:
            return lz4.block.decompress(packed, uncompressed_size=size)
        if method == _ZSTD:
            return zstandard.ZstdDecompressor().decompress(packed, max_output_size=size)
    except (lz4.block.LZ4BlockError, zstandard.ZstdError) as error:
        raise ServerError(271, f"Cannot decompress: {error}") from None
    if method == _NONE:
        return packed
    raise ServerError(89, f"Unknown compression method: {method}")
