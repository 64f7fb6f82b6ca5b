"""Questions about graphs: what differs, why something is there, and changes made by command."""
