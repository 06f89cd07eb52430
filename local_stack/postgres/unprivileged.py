"""PostgreSQL refuses to run as root: stop being root, in this process and for good."""

import ctypes
import os
import pwd
from collections.abc import Iterable
from pathlib import Path

from contracts.problems import Problem

_CLONE_NEWUSER = 0x1000_0000


def leave_root(ours: Iterable[Path], needed: Iterable[Path]) -> None:
    """Nothing unless we are root. First choice is a user namespace of our own, in which nobody is root and files stay
    their owner's; where the kernel or a container forbids it, the user `nobody`, who is given the folders `ours`.

    Raises Problem where `nobody` may not enter `ours` or `needed`.
    """
    if os.geteuid() != 0 or _enter_namespace():
        return
    nobody = pwd.getpwnam("nobody")
    for path in (*ours, *needed):
        _require_reachable(path)
    for folder in ours:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, nobody.pw_uid, nobody.pw_gid)
    os.setgroups([])
    os.setgid(nobody.pw_gid)
    os.setuid(nobody.pw_uid)


def _enter_namespace() -> bool:
    libc = ctypes.CDLL(None)
    return hasattr(libc, "unshare") and libc.unshare(_CLONE_NEWUSER) == 0 and os.geteuid() != 0


def _require_reachable(path: Path) -> None:
    for parent in path.parents:
        if not parent.stat().st_mode & 0o001:
            raise Problem(
                f"PostgreSQL does not run as root, and the user nobody may not enter {parent}.",
                "Run as a normal user, or put the project and RETAIL_HOME where everybody may enter.",
            )
