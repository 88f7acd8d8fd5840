"""The console that runs the docs notices when they are wrong."""

import textwrap

import pytest
from sybil import Document
from sybil.example import SybilFailure

from tests.examples.console import Console


def _read(text: str) -> None:
    with Console({}) as console:
        console.read(Document(textwrap.dedent(text), "page.md"))


def test_blocks_share_names_and_may_await() -> None:
    """A later block goes on where the earlier one, in an event loop of its own, ended."""
    _read(
        """
        ```python title="first.py"
        import asyncio
        answer = await asyncio.sleep(0, 42)
        ```
        ```python
        print(answer)
        ```
        ```output
        42
        ```
        """
    )


def test_invisible_blocks_run() -> None:
    """What an HTML comment prepares is there for the blocks that are seen."""
    _read(
        """
        <!-- invisible-code-block: python
        answer = 42
        -->
        ```python
        assert answer == 42
        ```
        """
    )


def test_a_file_that_is_shown_is_imported() -> None:
    """Later blocks have its names, as if it stood in the page."""
    _read(
        """
        ```python title="fastapi_client.py"
        --8<--
        examples/fastapi_client.py
        --8<--
        ```
        ```python
        print(get_client.__name__)
        ```
        ```output
        get_client
        ```
        """
    )


def test_a_file_that_is_not_there_is_noticed() -> None:
    """A page cannot show what nobody has."""
    with pytest.raises(ModuleNotFoundError, match=r"examples\.missing"):
        _read(
            """
            ```python
            --8<--
            examples/missing.py
            --8<--
            ```
            """
        )


def test_other_output_than_promised_is_noticed() -> None:
    """An `output` block that differs from what was printed fails."""
    with pytest.raises(SybilFailure, match=r"(?s)Expected.*41.*Got.*42"):
        _read(
            """
            ```python
            print(42)
            ```
            ```output
            41
            ```
            """
        )


def test_error_in_a_block_is_noticed() -> None:
    """An error comes out as itself, with the line of the page."""
    with pytest.raises(ZeroDivisionError) as caught:
        _read(
            """
            ```python
            1 / 0
            ```
            """
        )
    assert caught.traceback[-1].lineno + 1 == 3


@pytest.mark.parametrize(
    "prompt",
    [
        ">>> 1 + 1\n2",
        ">>> import asyncio\n>>> await asyncio.sleep(0, 42)\n42",
        ">>> 1 / 0\nTraceback (most recent call last):\nZeroDivisionError: division by zero",
    ],
    ids=["value", "await", "error"],
)
def test_prompts_are_compared(prompt: str) -> None:
    """A `>>>` example may give a value, await, or raise what it says."""
    _read(prompt)


@pytest.mark.parametrize(
    ("prompt", "error"),
    [(">>> 1 + 1\n3", SybilFailure), (">>> 1 / 0\n3", ZeroDivisionError)],
    ids=["value", "error"],
)
def test_wrong_prompts_are_noticed(prompt: str, error: type[Exception]) -> None:
    """A `>>>` example with another value, or an error it does not announce, fails."""
    with pytest.raises(error):
        _read(prompt)


def test_commands_are_run_one_after_the_other() -> None:
    """A shell session goes on in the folder where it began, which was empty."""
    _read(
        """
        ```console
        $ echo 42 > answer; ls
        answer
        $ cat answer
        42
        ```
        """
    )


def test_other_output_of_a_command_is_noticed() -> None:
    """A command that prints something else, on standard error for instance, fails."""
    with pytest.raises(SybilFailure, match=r"(?s)Expected.*41.*Got.*42"):
        _read(
            """
            ```console
            $ echo 42 >&2
            41
            ```
            """
        )
