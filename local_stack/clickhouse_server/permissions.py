"""Who may run which statement. The engine's parser says what a statement is; the engine's roles have the last word."""

from local_stack.clickhouse_server.engine import CONTROL, READ_ONLY, UNKNOWN, Verdict
from local_stack.clickhouse_server.errors import ServerError
from local_stack.clickhouse_server.lexer import tokens
from local_stack.clickhouse_server.users import User

# Of the statements that neither read nor write, those that only change the session they run in.
_OWN_SESSION = (b"SET", b"USE")
_NOT_FOR_READERS = (b"ROLE", b"DEFAULT", b"TRANSACTION")


def check(user: User, verdict: Verdict, sql: bytes, is_get: bool) -> None:
    """Raise code 62 for more than one statement, 164 for a change through GET, 497 for what a reader may not do."""
    if verdict.statements > 1:
        raise ServerError(62, "Syntax error (Multi-statements are not allowed)")
    if verdict.kind in (READ_ONLY, UNKNOWN):
        if not user.may_write and b"outfile" in sql.lower():
            raise ServerError(497, f"{user.name}: Not enough privileges. A reader cannot write files")
        return
    changes_session = verdict.kind == CONTROL and is_set_or_use(sql)
    if not user.may_write and not changes_session:
        raise ServerError(497, f"{user.name}: Not enough privileges. This user may only read")
    if is_get and not changes_session:
        raise ServerError(
            164,
            f"{user.name}: Cannot execute query in readonly mode. For queries over HTTP, method GET implies readonly. "
            "You should use method POST for modifying queries.",
        )


def is_set_or_use(sql: bytes) -> bool:
    """Whether the statement is `SET name = value` or `USE database`."""
    words = [token for _, token in zip(range(2), tokens(sql), strict=False)]
    return len(words) == 2 and words[0].is_word(*_OWN_SESSION) and not words[1].is_word(*_NOT_FOR_READERS)
