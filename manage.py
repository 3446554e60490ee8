#!/usr/bin/env python
"""Django's own command line, for those who look for it; `commonweal` is the friendlier one."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "commonweal.config.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
