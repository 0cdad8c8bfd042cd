"""A cloud on one machine that the real Azure management clients talk to: ARM, tokens, and VMs that run
scripts."""
