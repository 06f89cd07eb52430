"""A program that says it is too early."""

import sys

from contracts.problems import NotYet

sys.exit(NotYet.exit_code)
