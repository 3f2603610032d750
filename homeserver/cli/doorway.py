"""Where devices of the network come in, put together from what listens, its certificate and this machine's address."""

from homeserver.cli.given_certificate import name_for
from homeserver.cli.recipes import Door
from homeserver.runtime.home_settings import HomeSettings
from homeserver.runtime.listeners import Listeners, SecureListener, files_of, read_listeners
from homeserver.runtime.ports import is_loopback
from homeserver.runtime.tls.certificate import certificate_at, sha1_fingerprint, tasmota_fingerprint
from homeserver.runtime.tls.here import host_name, network_address


def door_of(home: HomeSettings) -> Door | None:
    """The way in for devices; None where nothing listens in the network. Raises `ListenersError`, `AuthorityError`."""
    asked = read_listeners(home.data)
    if asked.tls is not None:
        return _secure(home, asked, asked.tls)
    if asked.plain is not None:
        return Door(_host(asked.plain.host), plain=asked.plain.port)
    if "://" not in home.broker and not is_loopback(home.mqtt_host):
        return Door(_host(home.mqtt_host), plain=home.mqtt_port)
    return None


def _secure(home: HomeSettings, asked: Listeners, tls: SecureListener) -> Door:
    path, _, authority = files_of(tls, home.data)
    certificate = certificate_at(path)
    return Door(
        name_of(home, tls),
        secure=tls.port,
        plain=asked.plain.port if asked.plain else None,
        authority=authority.read_text("ascii") if authority else None,
        authority_file=authority,
        key_fingerprint=tasmota_fingerprint(certificate),
        certificate_fingerprint=sha1_fingerprint(certificate),
    )


def name_of(home: HomeSettings, tls: SecureListener) -> str:
    """What devices are to call this machine."""
    if tls.names:
        return tls.names[0]
    host = _host(tls.host)
    return host if tls.certificate is None else name_for(tls.certificate, host)


def _host(host: str) -> str:
    """As other machines see it."""
    everywhere = host in ("", "0.0.0.0", "::")  # noqa: S104 - compared, not listened on
    return network_address() or host_name() if everywhere else host
