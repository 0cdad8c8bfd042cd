"""Microsoft.Compute: disks, snapshots, machines, images, galleries."""
