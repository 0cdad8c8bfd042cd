"""Key Vault's data plane: secrets, on a port of its own for each vault."""
