"""What `make bench` measures: each figure by its name, on this machine, against real processes."""
