"""Follows every link of the built pages to a page, a part of one or a file; names those that fail.

Usage: python scripts/check_links.py site. The strict build of the docs misses links in what is
included from elsewhere.
"""

import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit


class _Page(HTMLParser):
    """What a page refers to, and which parts of it can be referred to."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.parts: set[str] = set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what the tag refers to, and what it is called."""
        values = dict(attrs)
        self.links |= {value for name in ("href", "src") if (value := values.get(name))}
        self.parts |= {value for name in ("id", "name") if (value := values.get(name))}
        if tag == "base":
            raise AssertionError("links are followed from where the page is")


def _is_alive(page: Path, link: str, pages: dict[Path, _Page]) -> bool:
    target, part = urldefrag(link)
    path = page if not target else (page.parent / unquote(urlsplit(target).path)).resolve()
    path = path / "index.html" if path.is_dir() else path
    return path.is_file() and (not part or path not in pages or unquote(part) in pages[path].parts)


def _main(site: Path) -> None:
    pages = {path: _Page(path) for path in site.rglob("*.html")}
    pages.pop(site / "404.html", None)  # is served at any address, so that its links are absolute
    links = [(path, link) for path, page in pages.items() for link in sorted(page.links)]
    local = [(path, link) for path, link in links if not urlsplit(link).scheme]
    dead = [(path, link) for path, link in local if not _is_alive(path, link, pages)]
    for path, link in dead:
        print(f"{path.relative_to(site)}: {link} leads nowhere")
    print(f"{len(local)} links on {len(pages)} pages, {len(dead)} of them dead")
    sys.exit(bool(dead))


if __name__ == "__main__":
    _main(Path(sys.argv[1]).resolve())
