"""The Misfit Cloud API as its clients have met it, with every fault they had to live with."""
