"""How fast it is, beside what else one could use. `make bench` runs it all."""
