"""What a worker declares is checked at import."""

import pytest

from homeserver.runtime.worker import MisdeclaredError, Worker, hears
from tests.runtime.spoken import Word
from tests.runtime.sums import COUNTED, SPOKE


def test_a_handler_that_does_not_take_what_it_hears_is_an_error_at_import() -> None:
    with pytest.raises(MisdeclaredError, match="is given"):

        class Wrong(Worker):
            name = "wrong"

            @hears(SPOKE)  # type: ignore[arg-type]
            def spoke(self, word: str) -> None: ...


def test_a_retained_topic_must_be_heard_with_none() -> None:
    with pytest.raises(MisdeclaredError, match="is given"):

        class Wrong(Worker):
            name = "wrong"

            @hears(COUNTED)  # type: ignore[arg-type]
            def counted(self, word: Word) -> None: ...
