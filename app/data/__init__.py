"""Where figures come from: the published marts, through SQL files with bound parameters."""
