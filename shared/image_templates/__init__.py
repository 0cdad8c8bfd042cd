"""Microsoft.VirtualMachineImages: what each request to AIB's own API does."""
