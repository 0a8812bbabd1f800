"""Whoever walks the most. Pure."""

from challenges.kind import Kind, Settings


class MostStepsSettings(Settings, frozen=True):
    """Nothing to choose."""


class MostSteps(Kind[MostStepsSettings]):
    """The score is the sum of the counted steps."""

    slug = "most_steps"
    title = "Most steps"
    settings_type = MostStepsSettings

    def words(self, settings: MostStepsSettings) -> list[str]:
        """Say that the sum counts."""
        del settings
        return ["Your score is the sum of your daily steps; the most steps win."]

    def scoring(self, settings: MostStepsSettings) -> str:
        """Name the sum."""
        del settings
        return "sum_of_daily_steps"


KIND = MostSteps()
