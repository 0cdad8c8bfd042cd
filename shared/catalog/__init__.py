"""What Kiln remembers: runs and claims in Azure Tables; requests, plans, scripts and logs in Blob."""
