"""Why a mesh looks bad: measured facts become sentences, each with one click that may help.

A finding is *worrying* if the result is likely to disappoint; the window then shows it unasked.
Other findings are only told when somebody asks.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from occstudio.studio import input_rules, surface_rules
from occstudio.studio.finding import Facts, Finding, Weight

BETTER_UP = 0.15
"""By how much the field must agree better with the points for another axis to be proposed."""

# In the order of causes before symptoms.
_RULES: Sequence[Callable[[Facts], Finding | None]] = (
    input_rules.wrong_kind,
    surface_rules.no_surface,
    input_rules.background,
    input_rules.unlike,
    input_rules.cut,
    input_rules.stray,
    input_rules.outside,
    input_rules.lying,
    input_rules.few,
    input_rules.noisy,
    surface_rules.missed,
    surface_rules.touching,
    surface_rules.fragments,
    surface_rules.thin,
    surface_rules.assumed,
)


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What was found of one shape, the likeliest first."""

    item_id: int
    findings: tuple[Finding, ...]

    @property
    def is_worrying(self) -> bool:
        """Whether the result is likely to disappoint."""
        return any(finding.weight is Weight.WORRY for finding in self.findings)

    @property
    def codes(self) -> frozenset[str]:
        """Names of the worrying findings."""
        return frozenset(f.code for f in self.findings if f.weight is Weight.WORRY)


def diagnose(facts: Facts) -> Diagnosis:
    """All findings that the facts speak for."""
    found = [finding for rule in _RULES if (finding := rule(facts)) is not None]
    found.sort(key=lambda finding: -finding.weight)
    return Diagnosis(facts.item.id, tuple(found))
