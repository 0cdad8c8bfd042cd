"""What Kiln is about: frozen dataclasses, names, state transitions and errors. Standard library only."""
