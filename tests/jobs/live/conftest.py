"""No runner outlives its test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.jobs.live.pilots import STARTED


@pytest.fixture(autouse=True)
def _no_runner_is_left() -> Iterator[None]:
    yield
    while STARTED:
        process = STARTED.pop()
        if process.poll() is None:
            process.kill()
            process.communicate()
