"""What tests of the rules share: people who may command what there is."""

from tests.household import household as household
