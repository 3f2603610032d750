"""What people have to show: while it counts, what ends it, and what is kept of it."""

from datetime import timedelta
from pathlib import Path

from homeserver.bridge.proofs.proofs import LIFE, MOST, Proofs
from homeserver.runtime.clock import VirtualClock
from homeserver.runtime.people import OWNER
from homeserver.runtime.store import Ledger

ANNA = "person.anna"


def proofs_of(ledger: Ledger, clock: VirtualClock, epochs: dict[str, int], mark: str = "key") -> Proofs:
    return Proofs(ledger, clock, epochs.get, mark, lambda _: None)


def test_it_outlives_the_bridge_and_its_secret_is_not_kept(ledger: Ledger, clock: VirtualClock, tmp_path: Path) -> None:
    proof, secret = proofs_of(ledger, clock, {ANNA: 3}).make(ANNA, "refresh", client="https://x.example/")
    again = proofs_of(ledger, clock, {ANNA: 3})
    assert again.find(secret, "refresh") == proof
    assert again.find(secret, "session") is None, "one kind is not another"
    assert again.find(proof.hash, "refresh") is None
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.name.startswith("bridge.db"))
    assert secret.encode() not in kept


def test_it_counts_under_its_own_epoch_alone(ledger: Ledger, clock: VirtualClock) -> None:
    epochs = {ANNA: 3}
    proofs = proofs_of(ledger, clock, epochs)
    proof, _ = proofs.make(ANNA, "session")
    for epoch, counts in ((3, True), (4, False), (2, False), (3, True)):
        epochs[ANNA] = epoch
        assert proofs.is_alive(proof.id) is counts
    del epochs[ANNA]
    assert not proofs.is_alive(proof.id)
    assert proofs.of(ANNA) == []


def test_what_the_folders_key_opened_ends_with_it(ledger: Ledger, clock: VirtualClock) -> None:
    epochs = {OWNER: 0, ANNA: 0}
    first = proofs_of(ledger, clock, epochs, "old")
    of_key, of_anna = first.make(OWNER, "session")[0], first.make(ANNA, "session")[0]
    second = proofs_of(ledger, clock, epochs, "new")
    assert [second.is_alive(one.id) for one in (of_key, of_anna)] == [False, True]


def test_the_one_unused_for_longest_makes_room(ledger: Ledger, clock: VirtualClock) -> None:
    proofs = proofs_of(ledger, clock, {ANNA: 0})
    made = []
    for _ in range(MOST + 1):
        clock.set(clock.now() + timedelta(seconds=1))
        made.append(proofs.make(ANNA, "session")[0])
    assert [proofs.is_alive(one.id) for one in made] == [False] + [True] * MOST
    assert len(ledger.fetch("SELECT 1 FROM proof")) == MOST


def test_use_is_noted_and_begins_its_life_anew(ledger: Ledger, clock: VirtualClock) -> None:
    proofs = proofs_of(ledger, clock, {ANNA: 0})
    session, key = proofs.make(ANNA, "session")[0], proofs.make(ANNA, "api_key", life=timedelta(days=100))[0]
    clock.set(clock.now() + LIFE - timedelta(seconds=1))
    for proof in (session, key):
        proofs.use(proof, "10.0.0.7", "a program")
    clock.set(clock.now() + timedelta(days=11))
    again = proofs_of(ledger, clock, {ANNA: 0})
    assert [again.is_alive(one.id) for one in (session, key)] == [True, False]
    assert again.of(ANNA)[0].address == "10.0.0.7"


def test_all_but_one_end_and_whoever_watches_is_told(ledger: Ledger, clock: VirtualClock) -> None:
    told: list[str] = []
    proofs = Proofs(ledger, clock, {ANNA: 0}.get, "key", told.append)
    kept, other, key = (proofs.make(ANNA, kind)[0] for kind in ("session", "session", "api_key"))
    assert proofs.end_all(ANNA, ("session", "refresh"), but=kept.id) == 1
    assert [proofs.is_alive(one.id) for one in (kept, other, key)] == [True, False, True]
    assert told == [ANNA]
