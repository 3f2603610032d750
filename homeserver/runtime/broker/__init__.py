"""The broker: which one serves this home, how it is started, and how it learns of new logins.

Two kinds can be started here, with the same logins and the same contract: the `mosquitto` program where it is
installed, else amqtt, hardened, in a child process of its own (`embedded`). `prepare` writes what the broker
reads and says how to start it; whoever calls it starts and watches the process. Keeps one folder per broker:
generated configuration, hashes of secrets (mode 600), retained messages.
"""

from homeserver.runtime.broker.choice import Address, BrokerError, BrokerKind, choose
from homeserver.runtime.broker.command import BrokerCommand, prepare, reload

__all__ = ["Address", "BrokerCommand", "BrokerError", "BrokerKind", "choose", "prepare", "reload"]
