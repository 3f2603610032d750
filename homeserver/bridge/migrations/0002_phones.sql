-- Phones that speak by a webhook, whose id is a proof like any other (kind mobile_app). A row stays when the proof has
-- ended, so that an app is told so and asks to be let in anew; it goes with its person.
CREATE TABLE phone (
    hash TEXT PRIMARY KEY,              -- SHA-256 of the webhook's id
    proof TEXT NOT NULL UNIQUE,
    login TEXT NOT NULL,
    parent TEXT NOT NULL,               -- the API key with which it was registered, and ends; empty where it was no key
    secret TEXT                         -- 256 bits in hex by which both encrypt, as it is; null without encryption
) STRICT;
