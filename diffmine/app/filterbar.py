"""The filters, one bar over all tabs: they are a part of the view, so the link has them."""

from __future__ import annotations

from dataclasses import replace

import gradio as gr

from diffmine.app.components.filters.filters import Mistyped, filters, form_value, read
from diffmine.app.desk import Desk
from diffmine.app.parts import LAST, Updates, Value
from diffmine.app.view import View, payload


class FilterBar:
    """What all tabs leave out. Where a tab has nothing to leave out it is not shown."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        desk.refuse = self.refuse
        self.form = desk.own(filters(self._value(desk.first), elem_id="filters"))

    def _value(self, view: View) -> Value:
        value = form_value(self.desk.shelf(view).sieve, view.label, view.kind, view.filter)
        used = any(tab.filtered for tab in self.desk.tabs if tab.name == view.tab)
        return {**value, "hidden": not used}

    def show(self, view: View) -> Updates:
        """What can be asked for, and what is asked for."""
        return {self.form: self._value(view)}

    def wire(self) -> None:
        """Connect the form."""
        desk = self.desk
        self.form.filter(self.on_filter, [desk.state], desk.to(*desk.panels), **LAST)

    def refuse(self, view: View, why: str) -> Updates:
        """Leave the filters as they are and say why."""
        return {self.form: self._value(view) | {"wrong": why}}

    def on_filter(self, view: View, event: gr.EventData) -> Updates:
        """Other filters, from the first page."""
        try:
            filter = read(payload(event, "fields"), self.desk.shelf(view).sieve)
        except Mistyped as error:
            return self.refuse(view, str(error))
        return self.desk.go(replace(view, filter=filter, page=0, leaf=0), view.tab)
