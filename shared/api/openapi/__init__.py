"""The OpenAPI 3.1 document of Kiln's own API: one file per area, put together in `document`."""
