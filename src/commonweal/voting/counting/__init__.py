"""From a ballot's frozen definition and the committee's file to the figures that are published. Pure: same in, same out."""

from commonweal.voting.counting.files import WrongFile, checked
from commonweal.voting.counting.purses import GROUPS, purses_before
from commonweal.voting.counting.result import RESULT_FORMAT, result_of

__all__ = ["GROUPS", "RESULT_FORMAT", "WrongFile", "checked", "purses_before", "result_of"]
