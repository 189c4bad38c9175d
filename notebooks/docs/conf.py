"""Settings of the documentation site; `build.py` beside this file builds it."""

import sys
from pathlib import Path

import mmphate_widget

sys.path.insert(0, str(Path(__file__).resolve().parent))

project = "mmphate-widget"
author = "the mmphate-widget developers"
copyright = author  # noqa: A001 (Sphinx's name)
release = version = mmphate_widget.__version__

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.napoleon",
    "mathml",
    "own_members",
]
templates_path = ["templates"]
exclude_patterns = ["templates", "static"]
# A name in single backquotes is a link where it is that of something documented, else code.
default_role = "py:obj"

# Notebooks are shown with the outputs that they were committed with.
nb_execution_mode = "off"
# No live widgets, whose scripts would come from a network.
nb_ipywidgets_js: dict[str, dict[str, str]] = {}
nb_merge_streams = True
# With tables.
nb_render_markdown_format = "myst"
myst_enable_extensions = ["colon_fence", "deflist", "dollarmath", "attrs_inline"]
myst_heading_anchors = 3

autosummary_generate = True
# Public are the names in `__all__`, wherever they were defined.
autosummary_ignore_module_all = False
autosummary_imported_members = True
autodoc_default_options = {"member-order": "bysource"}
# Types stand in the descriptions of arguments, with shapes and units, and stay text: Sphinx would
# take every word of "ndarray, shape (E, T, H, S)" for the name of a class.
autodoc_typehints = "none"
autodoc_preserve_defaults = True
napoleon_google_docstring = False
napoleon_use_param = False
napoleon_use_rtype = False
napoleon_custom_sections = [("Attributes", "params_style")]
toc_object_entries_show_parents = "hide"

html_theme = "pydata_sphinx_theme"
html_title = project
html_static_path = ["static"]
html_css_files = ["site.css"]
html_math_renderer = "mathml"
html_copy_source = False
html_show_sourcelink = False
# Pages that stand alone have nothing to list beside them.
html_sidebars = {name: [] for name in ("index", "tutorial", "gallery", "method", "peers")}
html_theme_options = {
    "logo": {"text": project},
    "navigation_depth": 2,
    "show_toc_level": 2,
    "show_prev_next": False,
    "header_links_before_dropdown": 7,
    "navbar_end": ["theme-switcher"],
    "footer_start": ["copyright"],
    "footer_end": ["sphinx-version"],
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}
