"""Runs the examples of one page as its reader would: block by block in `python -m asyncio`."""

import ast
import asyncio
import builtins
import doctest
import importlib
import inspect
import os
import re
import subprocess
import sys
import traceback
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, redirect_stdout
from io import StringIO
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from types import CodeType, FunctionType
from typing import Any, Literal, Self

from sybil import Document, Example, Region
from sybil.evaluators.doctest import DocTestEvaluator
from sybil.parsers.abstract.doctest import DocTestStringParser
from sybil.parsers.abstract.lexers import LexerCollection
from sybil.parsers.markdown.lexers import DirectiveInHTMLCommentLexer, FencedCodeBlockLexer

_BLOCKS = LexerCollection(
    [
        FencedCodeBlockLexer(language=".+", mapping={"language": "info", "source": "source"}),
        DirectiveInHTMLCommentLexer(
            directive="invisible-code-block",
            arguments=".+",
            mapping={"arguments": "info", "source": "source"},
        ),
    ]
)
_INCLUDED = re.compile(r"--8<--\n(?P<path>.+)\.py\n--8<--\n")
_BIN = Path(sys.executable).parent
_CHECKER = doctest.OutputChecker()
_COMPARISON = doctest.ELLIPSIS


class Console:
    """A namespace, an event loop, and what was printed last.

    `python` blocks may await. An `output` block is what the block before it must have printed;
    `...` in it stands for anything. A Python block in an HTML comment
    (`<!-- invisible-code-block: python`) prepares what the reader already has. One that shows a
    file of this repository (between two lines `--8<--`) imports it, and all its names. A
    `console` block is a shell session: each line after `$ ` is run in an empty folder, and prints
    what follows it.
    """

    def __init__(self, namespace: dict[str, Any]) -> None:
        self.namespace = {"__builtins__": builtins, **namespace}
        self._printed = ""
        self._open = ExitStack()
        self._runner = self._open.enter_context(asyncio.Runner())
        self._folder = self._open.enter_context(TemporaryDirectory())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def read(self, document: Document) -> None:
        """Run all examples of a page or a docstring, from the first to the last."""
        for region in chain(self._blocks(document), self._prompts(document)):
            document.add(region)
        for example in document:
            example.evaluate()

    def run(self, source: str, path: str, line: int, mode: Literal["exec", "single"]) -> str:
        """Run code that may await, and return what it printed."""
        code = compile(
            "\n" * line + source,
            path,
            mode,
            flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT,
            dont_inherit=True,
        )
        with redirect_stdout(StringIO()) as printed:
            self._execute(code)
        return printed.getvalue()

    def _execute(self, code: CodeType) -> None:
        result = FunctionType(code, self.namespace)()
        if inspect.iscoroutine(result):
            self._runner.run(result)

    def _blocks(self, document: Document) -> Iterator[Region]:
        evaluators = {
            "python": self._run_block,
            "output": self._compare_output,
            "console": self._run_session,
        }
        for region in _BLOCKS(document):
            evaluator = evaluators.get(region.lexemes["info"].split()[0])
            if evaluator:
                yield Region(region.start, region.end, region.lexemes["source"], evaluator)

    def _prompts(self, document: Document) -> Iterable[Region]:
        return DocTestStringParser(_Prompt(self))(document.text, document.path)

    def _run_block(self, example: Example) -> None:
        included = _INCLUDED.fullmatch(example.parsed)
        if included:
            self._import(included["path"].replace("/", "."))
        else:
            self._printed = self.run(example.parsed, example.path, example.line, "exec")

    def _import(self, module: str) -> None:
        names = vars(importlib.import_module(module))
        self.namespace |= {name: names[name] for name in names if not name.startswith("__")}

    def _compare_output(self, example: Example) -> str | None:
        return _difference(doctest.Example("", example.parsed), self._printed)

    def _run_session(self, example: Example) -> str:
        commands = re.split(r"(?m)^\$ ", example.parsed)[1:]
        return "".join(self._run_command(*command.split("\n", 1)) or "" for command in commands)

    def _run_command(self, command: str, want: str) -> str | None:
        finished = subprocess.run(  # noqa: S602 - the commands are our own
            command,
            shell=True,
            check=False,
            cwd=self._folder,
            env=os.environ | {"COLUMNS": "80", "PATH": f"{_BIN}:{os.environ['PATH']}"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )
        return _difference(doctest.Example(command, want), finished.stdout)


class _Prompt(DocTestEvaluator):
    """Sybil's doctest evaluator, for a console that can await."""

    def __init__(self, console: Console) -> None:
        super().__init__()
        self._console = console

    def __call__(self, sybil_example: Example) -> str:
        prompt: doctest.Example = sybil_example.parsed
        try:
            got = self._console.run(
                prompt.source, sybil_example.path, sybil_example.line - 1, "single"
            )
        except Exception as error:
            if prompt.exc_msg is None:
                raise
            got = traceback.format_exception_only(error)[-1]
            prompt.want = prompt.exc_msg
        return _difference(prompt, got) or ""


def _difference(example: doctest.Example, got: str) -> str | None:
    if _CHECKER.check_output(example.want, got, _COMPARISON):
        return None
    return _CHECKER.output_difference(example, got, _COMPARISON)
