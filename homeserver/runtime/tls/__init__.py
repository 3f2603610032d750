"""Certificates: an authority of the home's own, what it issues, and how a connection is proved with them.

`authority` and `renewal` need the library cryptography, which takes a tenth of a second to load: they are for commands
and short programs of their own, never for a process that runs long; `fleeting` is loaded when blobs are first served to
another machine, `push` by the bridge. `context` and `here` need nothing.
Kept in the folder `tls/` of the data folder, all of mode 600: `authority.pem`, `authority.key`, and for each purpose
`<purpose>.pem`, `<purpose>.key` and `<purpose>.json` (names and end, for those who cannot read certificates).
"""
