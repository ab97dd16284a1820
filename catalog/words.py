"""Words of templates and names of parameters, compared without what does not tell them apart."""

import re

KNOWN = {"Partition", "Region", "Account"}


def norm(text):
    return re.sub(r"[^a-z0-9]", "", text.lower())
