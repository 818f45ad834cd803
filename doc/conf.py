"""How Sphinx builds these pages: ``tox -e docs``. They are Markdown, and so can be read without it as well."""

import pathlib
import sys

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE / "_ext"))

import heatlite  # noqa: E402

project = "heatlite"
author = copyright = "the heatlite developers"
version = release = heatlite.__version__

extensions = ["myst_parser", "contents", "resource_types", "made", "notes"]
source_suffix = {".md": "markdown"}
root_doc = "index"
exclude_patterns = ["_build", "README.md"]  # the latter is the index for who reads the pages where they are
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 4
nitpicky = True
suppress_warnings = ["myst.header", "misc.highlighting_failure"]  # matters of taste; a broken link is an error

html_theme = "furo"
html_title = f"heatlite {release}"
html_static_path = ["_static"]
html_css_files = ["wide.css"]
html_show_sphinx = False
html_copy_source = False
pygments_style = "friendly"
