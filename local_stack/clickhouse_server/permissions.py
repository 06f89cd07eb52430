"""Who may run which statement. The engine's parser says what a statement is; the engine's roles have the last word."""

from functools import lru_cache

from local_stack.clickhouse_server.engine import CONTROL, READ_ONLY, UNKNOWN, Engine, Verdict
from local_stack.clickhouse_server.errors import ServerError
from local_stack.clickhouse_server.lexer import Token, tokens
from local_stack.clickhouse_server.statements import has_several
from local_stack.clickhouse_server.users import User

# Of the statements that neither read nor write, those that only change the session they run in.
_OWN_SESSION = (b"SET", b"USE")
_NOT_BY_SET = (b"ROLE", b"DEFAULT", b"TRANSACTION")
# Table functions that touch nothing but their arguments; every other one is refused.
_HARMLESS = {
    *("numbers", "numbers_mt", "zeros", "zeros_mt", "values", "sqlstandardvalues", "view", "null", "primes"),
    *("generateseries", "generate_series", "generaterandom"),
}
# Ordinary functions that read files or ask others.
_REACHING_OUT = ("file", "ai", "catboost", "evalml", "executable", "reversedns")


class Permissions:
    """Decides over statements; asks the engine to spell a reader's statement, and remembers its answers."""

    def __init__(self, engine: Engine) -> None:
        functions = _names(engine, "system.functions")
        reaching_out = {name for name in functions if name.startswith(_REACHING_OUT)}
        self._refused = (_names(engine, "system.table_functions") - _HARMLESS - functions) | reaching_out
        self._spell = lru_cache(maxsize=1024)(engine.spell)

    def check(self, user: User, verdict: Verdict, sql: bytes, is_get: bool) -> None:
        """Raise 62 for more than one statement, 164 for a change through GET, 497 for what a reader may not do."""
        if verdict.statements != 1 and has_several(sql):
            raise ServerError(62, "Syntax error (Multi-statements are not allowed)")
        is_own_session = verdict.kind == CONTROL and is_set_or_use(sql)
        is_harmless = is_own_session or verdict.kind in (READ_ONLY, UNKNOWN)
        if not user.may_write:
            if not is_harmless:
                raise _denied(user, "this user may only read")
            self._check_words(user, list(tokens(self._spell(sql))))
        if is_get and not is_harmless:
            raise ServerError(
                164,
                f"{user.name}: Cannot execute query in readonly mode. For queries over HTTP, method GET implies "
                "readonly. You should use method POST for modifying queries.",
            )

    def _check_words(self, user: User, parts: list[Token]) -> None:
        """Look at a statement as the engine spells it: without comments, escapes and odd quotes."""
        for before, here, following in zip([None, *parts], parts, [*parts[1:], None], strict=False):
            if here.kind not in ("word", "quoted"):
                continue
            name = here.value.strip(b'`"').lower().decode(errors="replace")
            is_called = (following and following.value == b"(") or (before and before.value.upper() == b"APPLY")
            if name in self._refused and is_called:
                raise _denied(user, f"readers may not use {name}()")
            if name == "outfile" or (name == "profile" and following and following.value == b"="):
                raise _denied(user, f"readers may not use {name.upper()}")


def _names(engine: Engine, table: str) -> set[str]:
    listed = engine.control(f"SELECT DISTINCT lower(name) FROM {table}")  # noqa: S608 - a name of ours
    return set(listed.result.decode().split())


def is_set_or_use(sql: bytes) -> bool:
    """Whether the statement is `SET name = value` or `USE database`."""
    words = [token for _, token in zip(range(2), tokens(sql), strict=False)]
    return len(words) == 2 and words[0].is_word(*_OWN_SESSION) and not words[1].is_word(*_NOT_BY_SET)


def _denied(user: User, reason: str) -> ServerError:
    return ServerError(497, f"{user.name}: Not enough privileges: {reason}")
