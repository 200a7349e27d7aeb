# SPDX-License-Identifier: GPL-2.0-or-later
# Sphinx configuration; docs/meson.build sets the release and PYTHONPATH.

import os
import sys

# For qapi-reference.py beside this file.
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

project = 'Annex'
copyright = 'the Annex maintainers, GPL-2.0-or-later'
extensions = ['qapi-reference']
root_doc = 'index'
exclude_patterns = ['meson.build']

# QMP transcripts are neither JSON nor a shell's.
highlight_language = 'none'
smartquotes = False

html_theme = 'alabaster'
html_theme_options = {'page_width': '1100px', 'sidebar_width': '240px'}
html_sidebars = {'**': ['about.html', 'navigation.html', 'searchbox.html']}
html_show_sourcelink = False
html_copy_source = False

man_pages = [
    ('annex-check', 'annex-check', 'would this QEMU load these modules?', '',
     1),
    ('annexctl', 'annexctl', 'Annex at a terminal', '', 1),
]
