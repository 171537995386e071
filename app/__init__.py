"""The app: leaderboard, weekly heatmap and statements, read from the published marts and nothing else."""
