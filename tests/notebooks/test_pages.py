"""Code on the pages of the documentation runs, from top to bottom, and says what stands there."""

import doctest
import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parent.parent.parent / "notebooks" / "docs"
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PAGES = [
    str(path.relative_to(DOCS))
    for path in sorted(DOCS.rglob("*.md"))
    if BLOCK.search(path.read_text(encoding="utf-8"))
]


def test_there_are_pages_with_code():
    assert {"index.md", "tutorial.md", "howto/own-model.md", "howto/large-runs.md"} <= {*PAGES}


@pytest.mark.parametrize("page", PAGES)
def test_the_code_on_a_page_runs(page, tmp_path, monkeypatch):
    """One namespace a page; what it writes goes to an empty folder."""
    monkeypatch.chdir(tmp_path)
    text = (DOCS / page).read_text(encoding="utf-8")
    names = {"__name__": page}
    parser, runner = doctest.DocTestParser(), doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    for block in BLOCK.finditer(text):
        code, line = block[1], text.count("\n", 0, block.start())
        if not code.startswith(">>>"):
            # Line numbers of a traceback are those of the page.
            exec(compile("\n" * (line + 1) + code, page, "exec"), names)
            continue
        example = parser.get_doctest(code, names, page, page, line)
        assert example.examples
        said = []
        runner.run(example, out=said.append, clear_globs=False)
        assert not said, "".join(said)
        names.update(example.globs)
