"""Wire models of the HTTP APIs: what users send and see."""
