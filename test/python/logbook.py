"""What Trackio's own reader finds in a logbook: `python logbook.py FOLDER` prints its pages and cells as JSON."""

import json
import sys
from pathlib import Path

from trackio import logbook

project = logbook.find_project_dir(sys.argv[1])
manifest = logbook.write_site_files(project)
pages = []
for page in manifest["root"]["children"]:
    text = (project / "logbook" / page["file"]).read_text(encoding="utf-8")
    cells = logbook._parse_cells_from_text(text, page["slug"], page["title"])
    pages.append({"title": page["title"], "cells": [{key: cell[key] for key in ("type", "title", "body")} for cell in cells]})
json.dump({"title": manifest["title"], "pages": pages}, sys.stdout)
