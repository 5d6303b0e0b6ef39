"""The only code with sockets, files, tokens and clocks. Found by the entry points emsready.sources."""
