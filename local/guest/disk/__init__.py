"""Disk images made without mounts or loop devices: GPT, boot partitions, ext4."""
