"""What the stories need: a private Postfix, a receiving server, the daemon,
a web client. Used by tests/e2e and by contrib/demo."""
