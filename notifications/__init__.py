"""What keeps people in a challenge: messages, the challenge's feed and badges."""
