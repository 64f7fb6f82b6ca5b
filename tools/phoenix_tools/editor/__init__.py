"""What editors need to help with graphs and manifests: schemas that know what exists, settings, and a check by the same server."""
