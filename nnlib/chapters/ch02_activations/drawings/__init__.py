"""What the explorers of chapter 2 draw, one module for each lesson."""
