"""The landing page: its question, its drawings, and thirty runs of its network."""
