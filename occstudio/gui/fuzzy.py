"""How well a few typed letters fit a title: a subsequence, best at the beginnings of words.

``fs`` finds *Frame Selected* before *Offset*, since both letters begin a word there. The best
placement of the letters is found by dynamic programming, as in fzf and Sublime Text.
"""

_START = 8.0  # a letter that begins a word
_RUN = 5.0  # a letter that follows the one before
_HIT = 1.0  # a letter anywhere
_GAP = 0.15  # for each letter skipped
_WHOLE = 12.0  # all letters make a word of the text, or its beginning

_NEVER = float("-inf")


def match(query: str, text: str) -> tuple[float, tuple[int, ...]] | None:
    """How well a query fits a text, and where its letters are.

    Parameters
    ----------
    query : str
        What was typed; blanks part words that may come in any order.
    text : str
        What is looked through.

    Returns
    -------
    (float, tuple of int) or None
        The higher the better, and the places of the letters; None if a word does not fit.
    """
    total, places = 0.0, set[int]()
    for word in query.lower().split():
        found = _placed(word, text)
        if found is None:
            return None
        total += found[0]
        places.update(found[1])
    # Of two texts that fit alike, the shorter one says less beside what was asked.
    return total - 0.02 * len(text), tuple(sorted(places))


def _placed(word: str, text: str) -> tuple[float, tuple[int, ...]] | None:
    low = text.lower()
    worth = [_HIT + (_START if _begins_word(text, k) else 0.0) for k in range(len(low))]
    # The beginning of a word of the text is what one means most of the time.
    for k in range(len(low)):
        if low.startswith(word, k) and _begins_word(text, k):
            places = tuple(range(k, k + len(word)))
            return sum(worth[at] for at in places) + _RUN * (len(word) - 1) + _WHOLE, places
    # best[k]: of the letters so far, the last one at place k; came[j][k]: where the one before is.
    best = [_NEVER] * len(low)
    came: list[list[int]] = []
    for number, letter in enumerate(word):
        best, back = _next_letter(letter, low, worth, best if number else None)
        came.append(back)
    end = max(range(len(low)), key=lambda k: best[k], default=-1)
    if end < 0 or best[end] == _NEVER:
        return None
    path = [end]
    for back in reversed(came[1:]):
        path.append(back[path[-1]])
    return best[end], tuple(reversed(path))


def _next_letter(
    letter: str, low: str, worth: list[float], before: list[float] | None
) -> tuple[list[float], list[int]]:
    row, back = [_NEVER] * len(low), [-1] * len(low)
    # reach: the best end of the letters before, anywhere to the left, less what is skipped.
    reach, reached = _NEVER, -1
    for k, character in enumerate(low):
        if before is not None and k:
            reach -= _GAP
            if before[k - 1] >= reach:
                reach, reached = before[k - 1], k - 1
        if character != letter:
            continue
        if before is None:
            row[k] = worth[k]
            continue
        run = before[k - 1] + _RUN if k else _NEVER
        row[k], back[k] = max((run, k - 1), (reach, reached))
        row[k] += worth[k]
    return row, back


def _begins_word(text: str, place: int) -> bool:
    if not text[place].isalnum():
        return False
    before = text[place - 1] if place else " "
    return not before.isalnum() or (text[place].isupper() and before.islower())
