"""The list of tabs, in their order on the screen. A new tab is a folder here (`tab.py` and its
`texts.py`) and a line in TABS; the titles are texts of the app too, to be translated here."""

from __future__ import annotations

from diffmine.app.desk import Tab, always
from diffmine.app.shelf import Shelf
from diffmine.app.view import View


def evaluated(shelf: Shelf) -> bool:
    """For a tab of the atlases that were evaluated."""
    return shelf.evaluation is not None


def beside(view: View) -> bool:
    """For a tab that follows the selected patch where two labels are beside each other."""
    return bool(view.second)


TABS: list[Tab] = [
    Tab(
        "typical", "Typical", "diffmine.app.tabs.typical.tab:Typical", follows=beside, filtered=True
    ),
    Tab("elements", "Elements", "diffmine.app.tabs.elements.tab:Elements", filtered=True),
    Tab("map", "Map", "diffmine.app.tabs.map.tab:Map", filtered=True),
    Tab("table", "Table", "diffmine.app.tabs.table.tab:Table", filtered=True),
    Tab("translate", "Translate", "diffmine.app.tabs.translate.tab:Translate", follows=always),
    Tab("trends", "Trends", "diffmine.app.tabs.trends.tab:Trends", follows=always, filtered=True),
    Tab("inspect", "Inspect", "diffmine.app.tabs.inspect.tab:Inspect"),
    Tab("about", "About", "diffmine.app.tabs.about.tab:About"),
    Tab("evaluate", "Evaluate", "diffmine.app.tabs.evaluate.tab:Evaluate", evaluated),
]
"""The digits 1 to 9 and 0 open the first ten; links name them (`tab=map`)."""
