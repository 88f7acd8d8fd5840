"""Conversations over HTTP, for any web framework: pages, JSON Lines and problems."""

from smstools_async.web._conversations import open_lines, read_page
from smstools_async.web._problems import Problem, to_problem

__all__ = ["Problem", "open_lines", "read_page", "to_problem"]
