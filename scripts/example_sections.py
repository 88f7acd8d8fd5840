"""Lets the reference show `Example:` in a docstring as it shows `Examples:`."""

import re
from typing import Any

from griffe import Extension, Object


class ExampleSections(Extension):
    """Rewrites the heading while the docs are built; the docstring keeps its singular."""

    def on_object(self, *, obj: Object, **_: Any) -> None:
        """Turn the heading into the plural."""
        if obj.docstring:
            obj.docstring.value = re.sub(r"(?m)^Example:$", "Examples:", obj.docstring.value)
