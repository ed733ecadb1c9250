"""What work would have taken without other work on the machine."""

from __future__ import annotations

import os

import pytest

from diffmine.waiting import undisturbed, waited


def test_work_that_never_waited_took_what_it_took() -> None:
    assert undisturbed(2.0, 0.0, 3.4, threads=2) == 2.0


def test_waits_of_all_threads_hold_the_work_up() -> None:
    """One of two threads waits for a processor while the other sleeps until it is done."""
    assert undisturbed(10.0, 8.0, 3.4, threads=2) == pytest.approx(2.0)


def test_waits_that_overlap_are_not_taken_away_twice() -> None:
    """Both threads waited 8 of 10 seconds at once: what they computed stays."""
    assert undisturbed(10.0, 16.0, 3.4, threads=2) == pytest.approx(1.7)


def test_it_is_never_longer_than_it_was() -> None:
    assert undisturbed(1.0, 0.0, 9.0, threads=2) == 1.0


def test_a_process_that_is_not_there_has_not_waited() -> None:
    before = waited()
    assert waited(os.getpid()) >= before
    assert waited(2**22 + 1) == 0
