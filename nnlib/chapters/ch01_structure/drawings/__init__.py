"""What the explorers of chapter 1 draw, one module for each lesson."""
