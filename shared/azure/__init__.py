"""The only importer of the Azure management and identity SDKs: one file per service, typed in and out."""
