"""What each way of appearing to others means, in the words an app shows beside the switch."""

from users.models import Visibility

MEANINGS: dict[Visibility, str] = {
    Visibility.NAME: "Colleagues see your name, rank and score on the leaderboards.",
    Visibility.ALIAS: "Colleagues see your rank and score under your alias instead of your name.",
    Visibility.HIDDEN: (
        "No leaderboard lists you, rounds and news do not name you, and nobody is shown your"
        " number; you see your own. Your steps still count in the scores of your team and your"
        " department and towards goals that everybody shares. In a small team your colleagues can"
        " work out from the team's score what you walked."
    ),
}
