"""What the explorers of chapter 4 draw, one module for each lesson."""
