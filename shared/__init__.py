"""What orchestrators and activities both use. Nothing here imports triggers, orchestrators or activities."""
