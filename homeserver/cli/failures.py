"""What may go wrong as expected, and the exit code of each: told in one sentence, without a traceback.

By name, so that a command imports only what it needs itself.
"""

from typing import Final

FAILED: Final = 1
USAGE: Final = 2
UNREACHABLE: Final = 3
INTERRUPTED: Final = 130
_CODES: Final = {
    "homeserver.cli.failures.Failure": FAILED,
    "homeserver.topics.call.CallError": FAILED,
    "homeserver.runtime.ports.StartError": FAILED,
    "homeserver.runtime.health.HealthError": FAILED,
    "homeserver.runtime.migrations.StoreError": FAILED,
    "homeserver.runtime.listeners.ListenersError": FAILED,
    "homeserver.runtime.tls.certificate.AuthorityError": FAILED,
    "homeserver.runtime.tls.context.CertificateFilesError": FAILED,
    "homeserver.runtime.preparation.PreparationError": FAILED,
    "homeserver.runtime.running.OccupiedError": FAILED,
    "homeserver.runtime.rights.NotForGuestsError": FAILED,
    "homeserver.runtime.worker.MisdeclaredError": FAILED,
    "homeserver.bridge.credentials.TokenError": FAILED,
    "integrations.backup.manifest.BackupError": FAILED,
    "homeserver.runtime.given.SettingsError": USAGE,
    "homeserver.runtime.logins.LoginError": USAGE,
    "homeserver.runtime.broker.choice.BrokerError": USAGE,
    "homeserver.topics.names.BadNameError": USAGE,
    "homeserver.runtime.tls.here.BadHostError": USAGE,
    "homeserver.workers.UnknownWorkerError": USAGE,
    "homeserver.runtime.account.AccountError": UNREACHABLE,
    "homeserver.runtime.wire.WireError": UNREACHABLE,
}


class Failure(Exception):
    """A command could not do what it was asked for; the text says why and what to do."""


def exit_code(error: BaseException) -> int | None:
    """The exit code of an end that was to be expected; None for a bug."""
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else FAILED
    if isinstance(error, KeyboardInterrupt):
        return INTERRUPTED
    names = (f"{kind.__module__}.{kind.__qualname__}" for kind in type(error).__mro__)
    return next((_CODES[name] for name in names if name in _CODES), None)
