"""What a run would do, told without starting it: resources, times of earlier runs, cost."""
