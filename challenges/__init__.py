"""The game: challenges, teams, participants, scores and leaderboards."""
