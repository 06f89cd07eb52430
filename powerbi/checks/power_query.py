"""What an M expression of ours says: its steps, what they refer to, the view that is read."""

import re

_NAME = r'#"[^"]+"|[A-Za-z_]\w*'
_WORDS = "let in each and or not type table text true false null if then else meta as number"
_KNOWN = frozenset(_WORDS.split())
_CLOSES = {")": "(", "}": "{", "]": "["}


def faults(expression: str, parameters: set[str]) -> list[str]:
    """What is wrong, as the ends of sentences that begin with the expression's owner."""
    bare = re.sub(r'(?<!#)"(?:[^"]|"")*"', '""', expression)
    if mark := _unbalanced(bare):
        return [f"has a {mark} without its other half"]
    found = re.fullmatch(rf"let\s(?P<steps>.*)\sin\s+(?P<result>{_NAME})\s*", bare, re.DOTALL)
    if not found:
        return ["is not of the form let … in step"]
    return _faults_of_steps(found["steps"], found["result"], parameters)


def view_read(expression: str) -> str:
    """The view of ClickHouse that the query reads, '' if none."""
    found = re.search(r'Database\{\[Name = "(\w+)"\]\}\[Data\]', expression)
    return found[1] if found else ""


def _faults_of_steps(steps: str, result: str, parameters: set[str]) -> list[str]:
    known, wrong = set(parameters), []
    for step in _split(steps):
        name, _, said = step.partition("=")
        if not said.strip():
            wrong.append(f"has a step without a value: {step.strip()}")
        without_fields = re.sub(r"\btype table \[[^\[\]]*\]|\[\s*\w+\s*=|\[\w+\]", " ", said)
        used = set(re.findall(rf"(?<![\w.])({_NAME})(?![\w.])", without_fields)) - _KNOWN
        wrong += [f"refers to {one}, which no step or parameter is" for one in sorted(used - known)]
        known.add(name.strip())
    return [*wrong, *([f"ends in {result}, which is no step"] if result not in known else [])]


def _split(steps: str) -> list[str]:
    """Steps, parted by the commas outside brackets."""
    depth, parts, begun = 0, [], 0
    for place, mark in enumerate(steps):
        depth += (mark in "({[") - (mark in ")}]")
        if mark == "," and not depth:
            parts.append(steps[begun:place])
            begun = place + 1
    return [*parts, steps[begun:]]


def _unbalanced(text: str) -> str:
    waiting: list[str] = []
    for mark in text:
        if mark in "({[":
            waiting.append(mark)
        elif mark in _CLOSES and (not waiting or waiting.pop() != _CLOSES[mark]):
            return mark
    return waiting[-1] if waiting else ""
