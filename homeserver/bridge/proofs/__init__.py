"""How somebody proves who he is: passwords, second factors, sessions, tokens, keys and invitations."""
