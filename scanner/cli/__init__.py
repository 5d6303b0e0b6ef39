"""The command line: thin, one small module per command, heavy imports only where they are used."""
